namespace Bloomery.Formats.Hub;

/// <summary>
/// The models in a cache of Hugging Face's own tools, read-only: <c>models--ORG--NAME</c> with <c>refs/</c> (branches and tags, each naming a commit)
/// and <c>snapshots/</c> (a folder for each commit).
/// </summary>
internal sealed class HuggingFaceCache(string folder)
{
    private const int MaxRefBytes = 1024, ShortestCommit = 7;

    /// <summary>All models: a repository's <c>main</c> has its plain name, other revisions theirs.</summary>
    public IEnumerable<StoredModel> List() => Repositories().SelectMany(repository =>
        Revisions(repository.Folder).SelectMany(revision => StoredFiles.Models(Named(repository.Name, revision.Name), revision.Snapshot, removable: false)));

    /// <summary>The models of one revision, given as <c>ORG/NAME@REVISION</c>: a branch, a tag, or a commit, which may be shortened.</summary>
    public IEnumerable<StoredModel> Find(string name, string revision) => Repositories()
        .Where(repository => repository.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(repository => Snapshot(repository.Folder, revision)).OfType<string>()
        .SelectMany(snapshot => StoredFiles.Models(Named(name, revision), snapshot, removable: false));

    private static string Named(string repository, string revision) => revision == "main" ? repository : $"{repository}@{revision}";

    private IEnumerable<(string Name, string Folder)> Repositories()
    {
        foreach (string repository in Folders(folder))
        {
            string[] parts = Path.GetFileName(repository).Split("--");
            if (parts is ["models", _] or ["models", _, _]) yield return (string.Join('/', parts[1..]), repository);
        }
    }

    /// <summary>What there is, each commit once: under the name of a branch or tag where one points to it.</summary>
    private static IEnumerable<(string Name, string Snapshot)> Revisions(string repository)
    {
        string refs = Path.Combine(repository, "refs");
        IEnumerable<string> names = Directory.Exists(refs)
            ? Directory.GetFiles(refs, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(refs, file).Replace('\\', '/'))
            : [];
        List<(string Name, string Snapshot)> found = [];
        foreach (string name in names.OrderBy(name => name != "main").ThenBy(name => name, StringComparer.Ordinal))
            if (Snapshot(repository, name) is { } snapshot) found.Add((name, snapshot));
        // Without a main the newest snapshot is what the repository's plain name means.
        IEnumerable<string> others = Folders(Path.Combine(repository, "snapshots")).OrderByDescending(Directory.GetLastWriteTimeUtc);
        bool main = found.Any(revision => revision.Name == "main");
        foreach (string snapshot in others)
        {
            if (!main) found.Insert(0, ("main", snapshot));
            else found.Add((Path.GetFileName(snapshot), snapshot));
            main = true;
        }
        return found.DistinctBy(revision => revision.Snapshot);
    }

    private static string? Snapshot(string repository, string revision)
    {
        if (!HubName.IsPath(revision)) return null;
        string snapshots = Path.Combine(repository, "snapshots"), reference = Path.Combine(repository, "refs", revision);
        if (File.Exists(reference) && new FileInfo(reference).Length <= MaxRefBytes)
        {
            string commit = File.ReadAllText(reference).Trim();
            bool plain = HubName.IsPath(commit) && !commit.Contains('/', StringComparison.Ordinal);
            return plain && Directory.Exists(Path.Combine(snapshots, commit)) ? Path.Combine(snapshots, commit) : null;
        }
        if (revision.Contains('/', StringComparison.Ordinal)) return null;
        string[] fitting = [.. Folders(snapshots).Where(commit => Path.GetFileName(commit).Equals(revision, StringComparison.OrdinalIgnoreCase))];
        if (fitting.Length == 0 && revision.Length >= ShortestCommit)
            fitting = [.. Folders(snapshots).Where(commit => Path.GetFileName(commit).StartsWith(revision, StringComparison.OrdinalIgnoreCase))];
        return fitting.Length == 1 ? fitting[0] : null;
    }

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
}
