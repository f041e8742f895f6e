using System.Diagnostics.CodeAnalysis;

namespace Bloomery.Formats.Hub;

/// <summary>
/// The models on this machine: <c>BLOOMERY_HOME</c> (default <c>~/.cache/bloomery</c>), one folder <c>ORG/NAME</c> each, and, read-only, an existing Hugging
/// Face cache.
/// </summary>
public sealed class LocalStore
{
    private readonly HuggingFaceCache? _cache;

    /// <summary>A store in <paramref name="folder"/>; <paramref name="huggingFace"/> is the <c>hub</c> folder of a Hugging Face cache or null.</summary>
    public LocalStore(string folder, string? huggingFace) =>
        (Folder, _cache) = (Path.GetFullPath(folder), huggingFace is null ? null : new HuggingFaceCache(huggingFace));

    /// <summary>The store that the environment names.</summary>
    public static LocalStore Default => new(
        NonEmpty("BLOOMERY_HOME") ?? Path.Combine(CacheFolder(), "bloomery"),
        AtHome(NonEmpty("HF_HUB_CACHE") ?? NonEmpty("HUGGINGFACE_HUB_CACHE")
            ?? Path.Combine(NonEmpty("HF_HOME") ?? Path.Combine(CacheFolder(), "huggingface"), "hub")));

    /// <summary>Where the store keeps its models.</summary>
    public string Folder { get; }

    /// <summary>The folder of one repository at one revision, whether or not it is there; <c>main</c> has the plain name.</summary>
    public string FolderOf(HubName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Path.Combine(Folder, name.Organization, name.Revision == "main" ? name.Name : $"{name.Name}@{name.Revision.Replace('/', '~')}");
    }

    /// <summary>All models, by name; the store's own come before those of the same name in a Hugging Face cache.</summary>
    public IReadOnlyList<StoredModel> List()
    {
        IEnumerable<StoredModel> own = Folders(Folder).SelectMany(organization => Folders(organization).SelectMany(model =>
            StoredFiles.Models($"{Path.GetFileName(organization)}/{Path.GetFileName(model).Replace('~', '/')}", model, removable: true)));
        IEnumerable<StoredModel> byHand = Folders(Folder)
            .SelectMany(folder => StoredFiles.Models(Path.GetFileName(folder), folder, removable: true, deep: false));
        IEnumerable<StoredModel> all = own.Concat(byHand).Concat(StoredFiles.Single(Folder)).Concat(_cache?.List() ?? []);
        return [.. all.DistinctBy(model => model.Name).OrderBy(model => model.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>
    /// Finds a model by its name: <c>ORG/NAME</c>, <c>ORG/NAME@REVISION</c>, either with <c>:FILE</c>, <c>hf:</c> before any, or the last part of a name where
    /// only one model has it.
    /// </summary>
    public bool TryFind(string name, [NotNullWhen(true)] out StoredModel? model)
    {
        ArgumentNullException.ThrowIfNull(name);
        string wanted = WithoutMain(name);
        IReadOnlyList<StoredModel> all = List();
        model = all.FirstOrDefault(m => Same(m.Name, wanted) || Same(m.NameWithFile, wanted));
        if (model is not null) return true;
        StoredModel[] near =
            [.. all.Where(m => Same(m.Name.Split('/')[^1], wanted) || Same(m.Name.Split(':')[0], wanted)
                || Same(Path.GetFileNameWithoutExtension(m.Name), wanted))];
        model = near.Length == 1 ? near[0] : Revision(wanted);
        return model is not null;
    }

    /// <summary>The names of the models in a repository that has several, when nothing but the repository is named; else empty.</summary>
    internal IReadOnlyList<string> Choices(string name)
    {
        string wanted = WithoutMain(name);
        string[] names = [.. List().Select(m => m.Name).Where(n => n.Contains(':', StringComparison.Ordinal) && IsOf(n.Split(':')[0]))];
        return names.Length > 1 ? names : [];

        bool IsOf(string repository) => Same(repository, wanted) || Same(repository.Split('/')[^1], wanted);
    }

    /// <summary>A revision of a Hugging Face cache, which its list may give another name.</summary>
    private StoredModel? Revision(string wanted)
    {
        if (wanted.IndexOf('@', StringComparison.Ordinal) is not (> 0 and var at)) return null;
        string revision = wanted[(at + 1)..].Split(':')[0];
        StoredModel[] found = [.. (_cache?.Find(wanted[..at], revision) ?? []).Where(m => Same(m.Name, wanted) || Same(m.NameWithFile, wanted))];
        return found.Length == 1 ? found[0] : null;
    }

    private static string WithoutMain(string name)
    {
        string wanted = name.StartsWith("hf:", StringComparison.Ordinal) ? name[3..] : name;
        return wanted.EndsWith("@main", StringComparison.Ordinal) ? wanted[..^5] : wanted.Replace("@main:", ":", StringComparison.Ordinal);
    }

    /// <summary>Removes a model that the store owns.</summary>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidOperationException">It lies in somebody else's cache.</exception>
    public StoredModel Remove(string name)
    {
        if (!TryFind(name, out StoredModel? model) && Choices(name) is { Count: > 0 } choices)
            throw new FileNotFoundException($"'{name}' is several models; name one of them: {string.Join(", ", choices)}");
        if (model is null) throw new FileNotFoundException($"no model called '{name}' in {Folder}; 'bloomery models list' shows what there is");
        if (!model.Removable) throw new InvalidOperationException($"{model.Path} belongs to a Hugging Face cache; remove it there");
        RefuseLinks(model.Path);
        StoredFiles.Delete(model);
        string[] below = Path.GetRelativePath(Folder, model.Path).Split(Path.DirectorySeparatorChar);
        if (below.Length > 2) PullMarker.Forget(Path.Combine(Folder, below[0], below[1]), [string.Join('/', below[2..])]);
        // A repository's folder goes with its last model, and so does its organization's.
        for (string folder = model.Path; folder.Length > Folder.Length; folder = Path.GetDirectoryName(folder)!)
            if (Directory.Exists(folder) && !StoredFiles.HasModels(folder)) Directory.Delete(folder, recursive: true);
        return model;
    }

    /// <summary>A link may lead to files of somebody else, which are not the store's to delete.</summary>
    private void RefuseLinks(string path)
    {
        for (string at = path; at.Length > Folder.Length; at = Path.GetDirectoryName(at)!)
        {
            FileSystemInfo info = Directory.Exists(at) ? new DirectoryInfo(at) : new FileInfo(at);
            if (info.LinkTarget is null) continue;
            string target = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? info.LinkTarget;
            if (!target.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new InvalidOperationException(
                    $"{at} is a link to {target}, which is outside of the store; remove the link by hand if it is no longer wanted");
        }
    }

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static string CacheFolder() =>
        NonEmpty("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static string AtHome(string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..]) : path;

    private static string? NonEmpty(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
