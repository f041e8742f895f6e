namespace Bloomery.Formats.Hub;

/// <summary>Notes in a repository's folder what a pull fetches, from its first transfer to its end: a model of which parts are missing must not pass for a whole one.</summary>
internal sealed class PullMarker(string folder, string? file, IEnumerable<HubFile> files)
{
    private const string Prefix = ".pulling";

    /// <summary>The note's own path; one for the repository's model and one for each file that is pulled by name.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, $"{Prefix}{(file is null ? "" : "-" + file.Replace('/', '~'))}.list");

    /// <summary>Writes the note.</summary>
    public void Write()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path, files.Select(f => f.Path));
    }

    /// <summary>Takes the note away, as everything is there, and those of interrupted pulls of the same files.</summary>
    public void Delete()
    {
        HashSet<string> here = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (string note in Notes(folder))
            if (note == Path || here.IsSupersetOf(File.ReadAllLines(note))) File.Delete(note);
    }

    /// <summary>The files of all pulls into a folder that have not ended, by their paths in the repository.</summary>
    public static IReadOnlySet<string> Pending(string folder) =>
        Notes(folder).SelectMany(File.ReadAllLines).Where(HubName.IsPath).ToHashSet(StringComparer.Ordinal);

    /// <summary>Takes away the notes that name one of <paramref name="files"/>.</summary>
    public static void Forget(string folder, IReadOnlyCollection<string> files)
    {
        foreach (string note in Notes(folder))
            if (File.ReadAllLines(note).Any(files.Contains)) File.Delete(note);
    }

    private static string[] Notes(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, Prefix + "*") : [];
}
