using System.Diagnostics.CodeAnalysis;

namespace Bloomery.Formats.Hub;

/// <summary>
/// The models on this machine: <c>BLOOMERY_HOME</c> (default <c>~/.cache/bloomery</c>), one folder <c>ORG/NAME</c> each, and, read-only, an existing Hugging Face cache.
/// </summary>
public sealed class LocalStore
{
    private readonly string? _huggingFace;

    /// <summary>A store in <paramref name="folder"/>; <paramref name="huggingFace"/> is the <c>hub</c> folder of a Hugging Face cache or null.</summary>
    public LocalStore(string folder, string? huggingFace) => (Folder, _huggingFace) = (Path.GetFullPath(folder), huggingFace);

    /// <summary>The store that the environment names.</summary>
    public static LocalStore Default => new(
        NonEmpty("BLOOMERY_HOME") ?? Path.Combine(CacheFolder(), "bloomery"),
        NonEmpty("HF_HUB_CACHE") ?? Path.Combine(NonEmpty("HF_HOME") ?? Path.Combine(CacheFolder(), "huggingface"), "hub"));

    /// <summary>Where the store keeps its models.</summary>
    public string Folder { get; }

    /// <summary>The folder of one repository, whether or not it is there.</summary>
    public string FolderOf(HubName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Path.Combine(Folder, name.Organization, name.Name);
    }

    /// <summary>All models, by name; the store's own come before those of the same name in a Hugging Face cache.</summary>
    public IReadOnlyList<StoredModel> List()
    {
        IEnumerable<StoredModel> own = Folders(Folder).SelectMany(organization => Folders(organization).SelectMany(model =>
            Models($"{Path.GetFileName(organization)}/{Path.GetFileName(model)}", model, removable: true)));
        IEnumerable<StoredModel> single = Directory.Exists(Folder)
            ? Directory.GetFiles(Folder, "*.gguf").Select(file => new StoredModel(Path.GetFileName(file), file, new FileInfo(file).Length, Removable: true))
            : [];
        return [.. own.Concat(single).Concat(Cached()).DistinctBy(model => model.Name).OrderBy(model => model.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Finds a model by its name: <c>ORG/NAME</c>, <c>ORG/NAME:FILE</c>, <c>hf:</c> before either, or the last part of a name where only one model has it.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out StoredModel? model)
    {
        ArgumentNullException.ThrowIfNull(name);
        string wanted = name.StartsWith("hf:", StringComparison.Ordinal) ? name[3..] : name;
        int at = wanted.IndexOf('@');
        if (at >= 0) wanted = wanted[..at] + (wanted.IndexOf(':', at) is >= 0 and int colon ? wanted[colon..] : "");
        IReadOnlyList<StoredModel> all = List();
        model = all.FirstOrDefault(m => Same(m.Name, wanted));
        if (model is not null) return true;
        StoredModel[] near = [.. all.Where(m => Same(m.Name.Split('/')[^1], wanted) || Same(m.Name.Split(':')[0], wanted) || Same(Path.GetFileNameWithoutExtension(m.Name), wanted))];
        model = near.Length == 1 ? near[0] : null;
        return model is not null;
    }

    /// <summary>Removes a model that the store owns.</summary>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidOperationException">It lies in somebody else's cache.</exception>
    public StoredModel Remove(string name)
    {
        if (!TryFind(name, out StoredModel? model)) throw new FileNotFoundException($"no model called '{name}' in {Folder}; 'bloomery models list' shows what there is");
        if (!model.Removable) throw new InvalidOperationException($"{model.Path} belongs to a Hugging Face cache; remove it there");
        if (Directory.Exists(model.Path)) Directory.Delete(model.Path, recursive: true);
        else File.Delete(model.Path);
        // A repository's folder goes with its last model, and so does its organization's.
        for (string? folder = Path.GetDirectoryName(model.Path); folder is not null && folder != Folder && folder.StartsWith(Folder, StringComparison.Ordinal); folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFiles(folder, "*.gguf", SearchOption.AllDirectories).Any() && !Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories).Any())
                Directory.Delete(folder, recursive: true);
        }
        return model;
    }

    private IEnumerable<StoredModel> Cached()
    {
        if (_huggingFace is null) yield break;
        foreach (string repository in Folders(_huggingFace))
        {
            string[] parts = Path.GetFileName(repository).Split("--");
            if (parts.Length != 3 || parts[0] != "models") continue;
            string reference = Path.Combine(repository, "refs", "main");
            string? snapshot = File.Exists(reference)
                ? Path.Combine(repository, "snapshots", File.ReadAllText(reference).Trim())
                : Folders(Path.Combine(repository, "snapshots")).FirstOrDefault();
            if (snapshot is null) continue;
            foreach (StoredModel model in Models($"{parts[1]}/{parts[2]}", snapshot, removable: false)) yield return model;
        }
    }

    /// <summary>A directory with safetensors is one model; each GGUF file (of a split one, the first part) is another.</summary>
    private static IEnumerable<StoredModel> Models(string name, string folder, bool removable)
    {
        if (!Directory.Exists(folder)) yield break;
        string[] weights = Directory.GetFiles(folder, "*.safetensors");
        if (weights.Length > 0) yield return new StoredModel(name, folder, weights.Sum(Size), removable);
        string[] files = [.. Directory.GetFiles(folder, "*.gguf").Where(file => !IsLaterPart(file)).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            bool alone = files.Length == 1 && weights.Length == 0;
            yield return new StoredModel(alone ? name : $"{name}:{Path.GetFileName(file)}", file, Size(file), removable);
        }
    }

    private static bool IsLaterPart(string file)
    {
        string stem = Path.GetFileNameWithoutExtension(file);
        int of = stem.LastIndexOf("-of-", StringComparison.Ordinal);
        return of > 6 && stem[of - 6] == '-' && stem[(of - 5)..of] != "00001" && stem[(of - 5)..of].All(char.IsAsciiDigit);
    }

    /// <summary>The size of what a link points to: caches are full of links.</summary>
    private static long Size(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true) is FileInfo target ? (target.Exists ? target.Length : 0) : new FileInfo(file).Length;

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static string CacheFolder() => NonEmpty("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static string? NonEmpty(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
