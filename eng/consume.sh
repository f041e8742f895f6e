#!/usr/bin/env bash
# Uses the packed package as somebody else would: a new console project with the program of README.md, run on the embedded models.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

awk '/^```csharp/ { inside = 1; next } /^```/ { inside = 0 } inside' "$root/README.md" >"$folder/Program.cs"
[ -s "$folder/Program.cs" ] || { echo "README.md has no C# program" >&2; exit 1; }
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
cat >"$folder/Consumer.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Bloomery" Version="$version" />
  </ItemGroup>
</Project>
XML
cat >"$folder/nuget.config" <<XML
<configuration>
  <packageSources>
    <add key="packed" value="$root/artifacts/packages" />
  </packageSources>
</configuration>
XML
# A package folder of its own: the same version may lie in the user's, from an earlier build.
dotnet build "$folder" -c Release -nodeReuse:false -p:UseSharedCompilation=false -p:RestorePackagesPath="$folder/packages" -v quiet --tl:off
output=$(BLOOMERY_MODELS="$root/models" dotnet "$folder/bin/Release/net10.0/Consumer.dll")
printf '%s\n' "$output"
printf '%s\n' "$output" | grep -q '^384 numbers for each text$'
[ "$(printf '%s' "$output" | head -n 1 | wc -c)" -gt 20 ]
