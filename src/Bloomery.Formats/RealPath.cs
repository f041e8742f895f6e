namespace Bloomery.Formats;

/// <summary>Where a path leads when all links in it are followed, those of folders, too.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>The path without links; a loop of links, or what is not there, stays as it is.</summary>
    public static string Of(string path)
    {
        string left = Path.GetFullPath(path);
        for (int links = 0; links < MostLinks && NextLink(left) is var (link, after); links++)
        {
            string target = new FileInfo(link).LinkTarget!;
            left = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link)!, target, after));
        }
        return left;
    }

    /// <summary>Whether <paramref name="path"/> lies below <paramref name="folder"/>, links followed.</summary>
    public static bool IsBelow(string path, string folder) =>
        Of(path).StartsWith(Path.TrimEndingDirectorySeparator(Of(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The first link on the way, and what comes after it.</summary>
    private static (string Link, string After)? NextLink(string path)
    {
        string root = Path.GetPathRoot(path)!;
        for (int at = root.Length; at < path.Length;)
        {
            int end = path.IndexOf(Path.DirectorySeparatorChar, at) is >= 0 and int next ? next : path.Length;
            if (new FileInfo(path[..end]).LinkTarget is not null) return (path[..end], end < path.Length ? path[(end + 1)..] : "");
            at = end + 1;
        }
        return null;
    }
}
