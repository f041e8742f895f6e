using System.IO.Compression;
using System.Xml.Linq;
using Bloomery.Engine;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Packaging;

/// <summary>
/// The packages as others get them: what is in them, a new program that uses the library, and the installed tool. Nothing comes from the network.
/// </summary>
public sealed class PackageTests : IClassFixture<Packages>
{
    private readonly Packages _packages;

    public PackageTests(Packages packages) => _packages = packages;

    [Fact]
    public void The_readmes_program_runs_with_both_packages()
    {
        string readme = File.ReadAllText(Path.Combine(TestPaths.Repository, "README.md")).ReplaceLineEndings("\n");
        string program = readme.Split("```csharp\n")[1].Split("```")[0];
        Assert.Contains("Model.LoadDefault()", program, StringComparison.Ordinal);

        string output = Output("readme", program, "Bloomery", "Bloomery.Models.Default");
        Assert.EndsWith("384 numbers for each text", output.TrimEnd(), StringComparison.Ordinal);
        Assert.True(output.Count(char.IsLetter) > 60, $"the model answered: {output}");
        Assert.True(File.Exists(Path.Combine(_packages.Folder, "readme", "out", "models", "LICENSE")), "the models came without their licence");
    }

    [Fact]
    public void A_new_program_without_the_models_is_told_which_package_has_them()
    {
        string output = Output("bare", """
            using Bloomery;

            foreach (ModelKind kind in Enum.GetValues<ModelKind>())
            {
                try { Model.LoadDefault(kind).Dispose(); }
                catch (FileNotFoundException e) { Console.WriteLine(e.Message); }
            }
            """, "Bloomery");
        string[] lines = output.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Contains("dotnet add package Bloomery.Models.Default", line, StringComparison.Ordinal));
        Assert.Contains("all-MiniLM-L6-v2.Q8_0.gguf", lines[(int)ModelKind.Embedding], StringComparison.Ordinal);
    }

    /// <summary>What a new program prints that refers to these packages.</summary>
    private string Output(string name, string program, params string[] packages)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_packages.Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        File.WriteAllText(Path.Combine(folder, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                <!-- Within the project, as some keep it: what a package brings along must find its place all the same. -->
                <RestorePackagesPath>{folder}/restored</RestorePackagesPath>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(packages.Select(id => $"<PackageReference Include=\"{id}\" Version=\"{Packages.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
        DotnetCommand.Run(folder, null, "build", "-c", "Release", "-o", "out", "-v", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false");
        return DotnetCommand.Run(folder, null, Path.Combine("out", "program.dll"));
    }

    [Fact]
    public void The_library_is_one_package_with_its_documentation()
    {
        using ZipArchive package = ZipFile.OpenRead(_packages.Of("Bloomery"));
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        foreach (string layer in (string[])["Numerics", "Formats", "Models", "Conversion", "Engine"])
        {
            Assert.Contains($"lib/net10.0/Bloomery.{layer}.dll", names);
            Assert.Contains($"lib/net10.0/Bloomery.{layer}.xml", names);
        }
        Assert.Contains("README.md", names);
        XElement metadata = Metadata(package);
        Assert.Equal(["System.Numerics.Tensors"], metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value));
        Assert.Equal("Apache-2.0", Text(metadata, "license"));
        Assert.NotEmpty(Text(metadata, "description"));
        Assert.NotEmpty(Text(metadata, "tags"));
        Assert.Equal("README.md", Text(metadata, "readme"));
    }

    [Fact]
    public void Nothing_in_the_packages_names_the_folder_they_were_built_in()
    {
        foreach (string id in (string[])["Bloomery", "Bloomery.Models.Default", "Bloomery.Cli"])
        {
            using ZipArchive package = ZipFile.OpenRead(_packages.Of(id));
            foreach (ZipArchiveEntry entry in package.Entries)
            {
                using var content = new MemoryStream();
                using (Stream stream = entry.Open()) stream.CopyTo(content);
                string text = System.Text.Encoding.Latin1.GetString(content.GetBuffer(), 0, (int)content.Length);
                Assert.False(Packages.IsRelease && text.Contains(TestPaths.Repository, StringComparison.Ordinal),
                    $"{id}: {entry.FullName} names {TestPaths.Repository}");
            }
        }
    }

    [Fact]
    public void The_tool_installs_and_answers()
    {
        string folder = Path.Combine(_packages.Folder, "tools");
        DotnetCommand.Run(_packages.Folder, null, "tool", "install", "Bloomery.Cli", "--tool-path", folder, "--version", Packages.Version, "--configfile",
            "nuget.config");
        string tool = Path.Combine(folder, OperatingSystem.IsWindows() ? "bloomery.exe" : "bloomery");
        Assert.StartsWith("bloomery ", DotnetCommand.Run(tool, folder, null, "--version"), StringComparison.Ordinal);
        Assert.Contains("llama", DotnetCommand.Run(tool, folder, null, "list", "architectures"), StringComparison.Ordinal);
        Assert.NotEmpty(DotnetCommand.Run(tool, folder, Packages.Models, "run", "Hello", "-n", "2").Trim());
    }

    private static XElement Metadata(ZipArchive package)
    {
        using Stream stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!;
    }

    private static string Text(XElement metadata, string name) => metadata.Descendants().Single(e => e.Name.LocalName == name).Value;
}
