namespace Bloomery.Formats.Hub;

/// <summary>
/// Notes in a repository's folder what a pull fetches, from its first transfer to its end: a model of which parts are missing must not pass for a whole one.
/// </summary>
internal sealed class PullMarker(string folder, string? file, IEnumerable<HubFile> files)
{
    private const string Prefix = ".pulling";

    /// <summary>The note's own path; one for the repository's model and one for each file that is pulled by name.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, $"{Prefix}{(file is null ? "" : "-" + file.Replace('/', '~'))}.list");

    /// <summary>Writes the note. Who reads at the same time sees it whole: half a note would make a model whole.</summary>
    public void Write()
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(files.Select(f => f.Path + '\n')))));
    }

    /// <summary>Takes the note away, as everything is there, and those of interrupted pulls of the same files.</summary>
    public void Delete()
    {
        HashSet<string> here = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (string note in Notes(folder))
            if (note == Path || here.IsSupersetOf(Read(note))) File.Delete(note);
    }

    /// <summary>The files of all pulls into a folder that have not ended, by their paths in the repository.</summary>
    public static IReadOnlySet<string> Pending(string folder) =>
        Notes(folder).SelectMany(Read).Where(HubName.IsPath).ToHashSet(StringComparer.Ordinal);

    /// <summary>Takes away the notes that name one of <paramref name="files"/>.</summary>
    public static void Forget(string folder, IReadOnlyCollection<string> files)
    {
        foreach (string note in Notes(folder))
            if (Read(note).Any(files.Contains)) File.Delete(note);
    }

    // Another process may end its pull, and take its note away, between the listing of notes and their reading.
    private static string[] Read(string note)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(note, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static string[] Notes(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, Prefix + "*") : [];
}
