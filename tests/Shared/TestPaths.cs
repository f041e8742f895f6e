using System.Runtime.CompilerServices;

namespace Bloomery.TestSupport;

/// <summary>Where tests find their data: the repository itself and the golden data beside it.</summary>
public static class TestPaths
{
    /// <summary>The root of the checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The golden data: <c>../shared/golden</c> where it lies beside the checkout, else the small committed set.</summary>
    public static string Golden { get; } = Directory.Exists(Path.Combine(Repository, "..", "shared", "golden"))
        ? Path.GetFullPath(Path.Combine(Repository, "..", "shared", "golden"))
        : Path.Combine(Repository, "tests", "golden");

    /// <summary>Vocabularies and chat templates of published models; absent outside our own machines.</summary>
    public static string SharedData { get; } = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data"));

    private static string FindRepository([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
