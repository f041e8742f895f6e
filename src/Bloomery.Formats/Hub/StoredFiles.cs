using Bloomery.Formats.Gguf;

namespace Bloomery.Formats.Hub;

/// <summary>The models in one repository's folder: its safetensors are one, each GGUF file (of a split one, the first part) is another.</summary>
internal static class StoredFiles
{
    private const string Gguf = ".gguf", Partial = ".partial";

    // Links are followed, which a cache is full of; a loop of them ends soon.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 4, AttributesToSkip = FileAttributes.None };

    /// <summary>Lists them.</summary>
    /// <param name="name">What the folder's models are called.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="removable">Whether they may be removed.</param>
    /// <param name="deep">Whether GGUF files in folders below count, too.</param>
    public static IEnumerable<StoredModel> Models(string name, string folder, bool removable, bool deep = true)
    {
        if (!Directory.Exists(folder)) yield break;
        IReadOnlySet<string> pending = PullMarker.Pending(folder);
        string[] weights = Directory.GetFiles(folder, "*.safetensors");
        bool begun = pending.Any(file => !IsGguf(file));
        if (weights.Length > 0 || begun)
            yield return new StoredModel(name, folder, weights.Sum(Size) + Directory.GetFiles(folder, "*.safetensors" + Partial).Sum(Size),
                removable) { Complete = !begun };
        string[] listed = deep ? Directory.GetFiles(folder, "*" + Gguf, Below) : Directory.GetFiles(folder);
        IEnumerable<string> here = listed.Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'));
        string[] files = GgufFolder.Models(here.Concat(pending).Distinct());
        foreach (string file in files)
        {
            string full = Path.Combine(folder, file.Replace('/', Path.DirectorySeparatorChar)), withFile = $"{name}:{file}";
            bool alone = files.Length == 1 && weights.Length == 0 && !begun;
            yield return new StoredModel(alone ? name : withFile, full, Parts(full).Sum(part => Size(part) + Size(part + Partial)),
                removable) { NameWithFile = withFile, Complete = !pending.Contains(file) };
        }
    }

    /// <summary>The GGUF files that lie in a folder themselves, by their own names.</summary>
    public static IEnumerable<StoredModel> Single(string folder) => Directory.Exists(folder)
        ? GgufFolder.Models(Directory.GetFiles(folder).AsEnumerable())
            .Select(file => new StoredModel(Path.GetFileName(file), file, Parts(file).Sum(Size), Removable: true))
        : [];

    /// <summary>Deletes a model's files; others in the folder stay.</summary>
    public static void Delete(StoredModel model)
    {
        if (!Directory.Exists(model.Path))
        {
            string[] parts = [.. Parts(model.Path)];
            foreach (string part in parts)
            {
                File.Delete(part);
                File.Delete(part + Partial);
            }
            return;
        }
        bool shared = Directory.GetFiles(model.Path, $"*{Gguf}*", Below).Length > 0;
        if (!shared) Directory.Delete(model.Path, recursive: true);
        else foreach (string file in Directory.GetFiles(model.Path).Where(file => !Path.GetFileName(file).Contains(Gguf, StringComparison.OrdinalIgnoreCase)))
            File.Delete(file);
    }

    /// <summary>Whether anything of any model is left below a folder.</summary>
    public static bool HasModels(string folder) =>
        Directory.EnumerateFiles(folder, "*", Below)
        .Any(file => IsGguf(file) || file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || file.EndsWith(Partial, StringComparison.Ordinal));

    /// <summary>The parts of a split GGUF file whose first is <paramref name="first"/>; the file itself where it is whole.</summary>
    private static IEnumerable<string> Parts(string first)
    {
        if (SplitName.Parse(first) is not { } name || !Directory.Exists(Path.GetDirectoryName(first))) return [first];
        return Directory.GetFiles(Path.GetDirectoryName(first)!)
            .Select(part => part.EndsWith(Partial, StringComparison.Ordinal) ? part[..^Partial.Length] : part)
            .Where(part => name.IsSameFile(SplitName.Parse(part))).Append(first).Distinct();
    }

    private static bool IsGguf(string file) => file.EndsWith(Gguf, StringComparison.OrdinalIgnoreCase);

    /// <summary>The size of what a link points to: caches are full of links. 0 where nothing is.</summary>
    private static long Size(string file)
    {
        var info = new FileInfo(file);
        if (info.LinkTarget is not null) info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
        return info is { Exists: true } ? info.Length : 0;
    }
}
