using System.Runtime.CompilerServices;

namespace Bloomery.TestSupport;

/// <summary>Where tests find their data: the repository itself and the golden data beside or in it.</summary>
public static class TestPaths
{
    /// <summary>The root of the checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>
    /// The golden data: the folder that <c>BLOOMERY_GOLDEN</c> names, else <c>../shared/golden</c> where it lies beside the checkout, else the small committed
    /// set.
    /// </summary>
    public static string Golden { get; } = FindGolden();

    /// <summary>Whether <see cref="Golden"/> is the full set, in which nothing may be missing.</summary>
    public static bool IsComplete => Golden != SmallSet;

    /// <summary>Vocabularies and chat templates of published models; absent outside our own machines.</summary>
    public static string SharedData { get; } = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data"));

    private static string SmallSet => Path.Combine(Repository, "tests", "golden");

    /// <summary>Skips the test where the small set is in use and has no such file or folder (relative to <see cref="Golden"/>).</summary>
    public static void NeedsGolden(string path) =>
        Skip.If(!IsComplete && !Path.Exists(Path.Combine(Golden, path)), $"golden/{path} is not part of the small set");

    private static string FindGolden()
    {
        if (Environment.GetEnvironmentVariable("BLOOMERY_GOLDEN") is { Length: > 0 } named) return Path.TrimEndingDirectorySeparator(Path.GetFullPath(named));
        string beside = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "golden"));
        return Directory.Exists(beside) ? beside : SmallSet;
    }

    private static string FindRepository([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
