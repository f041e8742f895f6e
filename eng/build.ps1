# Called by bloomery.cmd: builds the program in Release into artifacts/program when it is missing or its sources changed.
# Windows PowerShell 5.1 and PowerShell 7; what eng/sdk.sh and eng/build.sh do for ./bloomery.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = Split-Path -Parent $PSScriptRoot
$artifacts = Join-Path $root 'artifacts'
$program = Join-Path $artifacts 'program'
$next = Join-Path $artifacts 'program.next'
$log = Join-Path $artifacts 'build.log'
$exe = if ($IsLinux -or $IsMacOS) { 'bloomery' } else { 'bloomery.exe' }

function Stop-WithMessage([string[]] $lines) {
    foreach ($line in $lines) { [Console]::Error.WriteLine("bloomery: $line") }
    exit 1
}

# Path, time and size of every source; comparing contents would take longer than starting.
function Get-Fingerprint {
    $files = @(Get-ChildItem (Join-Path $root 'src') -Recurse -File) + @('Directory.Build.props', 'Directory.Packages.props', 'global.json' | ForEach-Object { Get-Item (Join-Path $root $_) })
    $lines = foreach ($file in $files) {
        $path = $file.FullName.Substring($root.Length)
        if ($path -notmatch '[\\/](bin|obj)[\\/]') { "$path $($file.LastWriteTimeUtc.Ticks) $($file.Length)" }
    }
    $lines -join "`n"
}

function Test-Built([string] $fingerprint) {
    $stamp = Join-Path $program 'stamp'
    (Test-Path (Join-Path $program $exe)) -and (Test-Path $stamp) -and [IO.File]::ReadAllText($stamp) -eq $fingerprint
}

function Test-Sdk { (Get-Command dotnet -ErrorAction SilentlyContinue) -and ((& dotnet --list-sdks) -match '^10\.') }

function Use-Folder([string] $folder) {
    $env:DOTNET_ROOT = $folder
    $env:PATH = $folder + [IO.Path]::PathSeparator + $env:PATH
}

function Confirm-Sdk {
    $env:DOTNET_NOLOGO = '1'
    $env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
    if (Test-Sdk) { return }
    $folder = if ($env:DOTNET_ROOT) { $env:DOTNET_ROOT } elseif ($env:LOCALAPPDATA) { Join-Path $env:LOCALAPPDATA 'Microsoft\dotnet' } else { Join-Path $HOME '.dotnet' }
    if (Test-Path $folder) {
        Use-Folder $folder
        if (Test-Sdk) { return }
    }
    $install = "& ([scriptblock]::Create((Invoke-WebRequest -UseBasicParsing https://dot.net/v1/dotnet-install.ps1))) -Channel 10.0 -InstallDir '$folder'"
    [Console]::Error.WriteLine('bloomery: the .NET 10 SDK is needed to build. The official installer (no administrator rights needed), for PowerShell:')
    [Console]::Error.WriteLine("  $install")
    if ($env:CI -ne 'true') {
        if ([Console]::IsInputRedirected) { Stop-WithMessage 'run that command, then try again.' }
        if ((Read-Host 'Run it now? [y/N]') -notmatch '^[yY]') { exit 1 }
    }
    try { Invoke-Expression $install | Out-Host } catch { Stop-WithMessage "the installer failed: $_; see https://dotnet.microsoft.com/download/dotnet/10.0" }
    Use-Folder $folder
    if (-not (Test-Sdk)) { Stop-WithMessage "the installer ran, but 'dotnet --list-sdks' in $folder shows no 10.x SDK." }
}

# Compiles to a fresh folder; ahead of time as well, where that compiler's package can be had.
function Publish-Program([string] $readyToRun) {
    if (Test-Path $next) { Remove-Item $next -Recurse -Force }
    $options = @('publish', (Join-Path $root 'src/Bloomery.Cli'), '-c', 'Release', '--use-current-runtime', '--self-contained', 'false', "-p:PublishReadyToRun=$readyToRun",
        '-p:DebugType=None', '-p:UseSharedCompilation=false', '--artifacts-path', (Join-Path $artifacts 'build'), '-o', $next, '-nodeReuse:false', '-v', 'quiet', '-clp:ErrorsOnly')
    $ErrorActionPreference = 'Continue' # Windows PowerShell takes a line on standard error for an exception
    & dotnet @options *> $log
    $LASTEXITCODE -eq 0
}

function Get-DotnetFolder {
    $runtime = (& dotnet --list-runtimes) -match '^Microsoft\.NETCore\.App 10\.' | Select-Object -Last 1
    if ($runtime -match '\[(.*)[\\/]shared[\\/]') { $Matches[1] }
}

$fingerprint = Get-Fingerprint
if (Test-Built $fingerprint) { exit 0 }
[void] (New-Item -ItemType Directory -Force $artifacts)
# One build at a time; whoever waited finds the work done.
$lock = $null
while (-not $lock) {
    try { $lock = [IO.File]::Open((Join-Path $artifacts 'build.lock'), 'OpenOrCreate', 'ReadWrite', 'None') } catch [IO.IOException] { Start-Sleep -Milliseconds 200 }
}
try {
    $fingerprint = Get-Fingerprint
    if (Test-Built $fingerprint) { exit 0 }
    Confirm-Sdk
    if (-not [Console]::IsErrorRedirected) { [Console]::Error.WriteLine('Building bloomery in Release ...') }
    $done = Publish-Program 'true'
    if (-not $done -and (Select-String -Path $log -Pattern 'crossgen|NETSDK1094' -Quiet)) { $done = Publish-Program 'false' }
    if (-not $done) {
        $errors = @(Select-String -Path $log -Pattern 'error' | ForEach-Object Line | Sort-Object -Unique | Select-Object -First 20)
        Stop-WithMessage (@('the build failed:') + $errors + @("the whole log is $log"))
    }
    [IO.File]::WriteAllText((Join-Path $next 'dotnet-root'), (Get-DotnetFolder) + "`n")
    [IO.File]::WriteAllText((Join-Path $next 'stamp'), $fingerprint)
    try {
        if (Test-Path $program) { Remove-Item $program -Recurse -Force }
        Move-Item $next $program
    } catch { Stop-WithMessage "the new program cannot take the place of the old one ($_): end what runs from $program, then try again." }
} finally { $lock.Dispose() }
