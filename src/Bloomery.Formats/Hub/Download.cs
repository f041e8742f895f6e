namespace Bloomery.Formats.Hub;

/// <summary>
/// Fetches the files of a model into the local store: resumes what was begun, checks sizes and hashes, and shows a file under its name only when it is whole.
/// </summary>
internal sealed class Download(HubClient client, LocalStore store)
{
    /// <summary>Fetches one file unless it is already there.</summary>
    /// <param name="name">The repository and revision.</param>
    /// <param name="file">One of its files.</param>
    /// <param name="progress">Told the bytes that are there.</param>
    /// <param name="cancellation">Stops; what has come stays for the next try.</param>
    /// <param name="marker">Written before anything is transferred; the caller deletes it when all files are there.</param>
    /// <returns>The path in the store.</returns>
    /// <exception cref="HubException">The download failed, or what came is not what was announced.</exception>
    public async Task<string> RunAsync(HubName name, HubFile file, IProgress<long>? progress, CancellationToken cancellation, PullMarker? marker = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(file);
        if (!HubName.IsPath(file.Path)) throw new HubException($"{name.Repository}: refuses the file name '{file.Path}', which could lead out of the store");
        if (Pickles.IsName(file.Path)) throw new HubException($"{file.Path}: {Pickles.Advice}");
        string path = Path.Combine(store.FolderOf(name), file.Path.Replace('/', Path.DirectorySeparatorChar));
        RefuseLinks(path);
        // By its hash, not by its size alone: another revision may have been there before.
        if (await ContentHash.MatchesAsync(file, path, cancellation).ConfigureAwait(false))
        {
            progress?.Report(file.Bytes ?? 0);
            return path;
        }
        CheckSpace(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string partial = path + ".partial";
        RefuseLinks(partial);
        if (marker is not null)
        {
            RefuseLinks(marker.Path);
            marker.Write();
        }
        await using (Transfer transfer = await Transfer.OpenAsync(client, client.AddressOf(name, file.Path), file, partial, progress, cancellation)
            .ConfigureAwait(false))
            await transfer.RunAsync(cancellation).ConfigureAwait(false);
        File.Move(partial, path, overwrite: true);
        return path;
    }

    /// <summary>Makes sure that nothing between the store and the file is a link that leads elsewhere.</summary>
    private void RefuseLinks(string path)
    {
        for (string at = path; at.Length > store.Folder.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new FileInfo(at).LinkTarget is { } target) throw new HubException($"{at} is refused: it is a link to {target}");
        }
    }

    private void CheckSpace(HubFile file)
    {
        Directory.CreateDirectory(store.Folder);
        long free = new DriveInfo(store.Folder).AvailableFreeSpace;
        if (file.Bytes > free)
            throw new HubException($"{file.Path} takes {file.Bytes} bytes, but only {free} are free in {store.Folder}; BLOOMERY_HOME chooses another place");
    }
}
