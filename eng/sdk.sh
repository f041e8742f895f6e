# Sourced by ./bloomery and ./test: makes a .NET 10 SDK available as `dotnet`, or ends the script saying how to get one.

# A build wants a home folder to write to; some containers and services give none.
use_home() {
    if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
        export HOME="$root/artifacts/home"
        mkdir -p "$HOME"
    fi
}

has_sdk() { command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }

install_command() {
    local fetch="curl -fsSL"
    command -v curl >/dev/null 2>&1 || fetch="wget -qO-"
    echo "$fetch https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 --install-dir \"$1\""
}

ensure_sdk() {
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
    # The SDK wants ICU unless told otherwise; nothing here depends on cultures.
    export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    use_home
    has_sdk && return
    local folder="${DOTNET_ROOT:-$HOME/.dotnet}"
    if [ -x "$folder/dotnet" ]; then
        export DOTNET_ROOT="$folder" PATH="$folder:$PATH"
        has_sdk && return
    fi
    local install
    install=$(install_command "$folder")
    echo "bloomery: the .NET 10 SDK is needed to build. The official installer (no administrator rights needed):" >&2
    echo "  $install" >&2
    if [ "${CI:-}" != true ]; then
        [ -t 0 ] && [ -t 2 ] || { echo "bloomery: run that command, then try again." >&2; exit 1; }
        local answer
        read -r -p "Run it now? [y/N] " answer
        case "$answer" in [yY]*) ;; *) exit 1 ;; esac
    fi
    bash -c "set -o pipefail; $install" >&2 || { echo "bloomery: the installer failed; see https://dotnet.microsoft.com/download/dotnet/10.0" >&2; exit 1; }
    export DOTNET_ROOT="$folder" PATH="$folder:$PATH"
    has_sdk || { echo "bloomery: the installer ran, but 'dotnet --list-sdks' in $folder shows no 10.x SDK." >&2; exit 1; }
}

# The folder of the dotnet in use, symbolic links followed: what DOTNET_ROOT has to say to a built program.
dotnet_folder() { dirname "$(dotnet --list-runtimes | sed -n 's/^Microsoft\.NETCore\.App 10\.[^[]*\[\(.*\)\/shared\/.*$/\1/p' | tail -n 1)/dotnet"; }
