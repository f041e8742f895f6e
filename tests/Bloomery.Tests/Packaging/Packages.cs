using System.Reflection;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Packaging;

/// <summary>
/// The packages, made from what the tests themselves were built with, in a folder of their own. Packages that they depend on
/// come from those that this build has restored; the cache of the machine sees none of ours.
/// </summary>
public sealed class Packages : IDisposable
{
    /// <summary>A version that nobody publishes.</summary>
    public const string Version = "0.0.0-test";

    public Packages()
    {
        foreach (string project in (string[])["Bloomery.Engine", "Bloomery.Models.Default", "Bloomery.Cli"])
            DotnetCommand.Run(TestPaths.Repository, null, "pack", Path.Combine("src", project), "--no-build", "-c", Metadata("Configuration"), "-o",
                Path.Combine(Folder, "packages"),
                $"-p:PackageVersion={Version}", "-v", "quiet", "-nodeReuse:false");
        File.WriteAllText(Path.Combine(Folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packages" value="{Folder}/packages" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
                <add key="restored" value="{Metadata("NuGetPackageRoot")}" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>Whether the tests, and so the packages, were built in Release.</summary>
    public static bool IsRelease => Metadata("Configuration") == "Release";

    /// <summary>The environment that says where the default models are.</summary>
    public static IReadOnlyDictionary<string, string> Models { get; } =
        new Dictionary<string, string> { ["BLOOMERY_MODELS"] = Path.Combine(TestPaths.Repository, "models") };

    /// <summary>Holds <c>packages/</c> and a <c>nuget.config</c> that names no other source.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("bloomery-packages-").FullName;

    /// <summary>The file of a package.</summary>
    public string Of(string id) => Path.Combine(Folder, "packages", $"{id}.{Version}.nupkg");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Metadata(string key) => typeof(Packages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
