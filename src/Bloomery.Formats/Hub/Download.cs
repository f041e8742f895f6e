using System.Net;
using System.Security.Cryptography;

namespace Bloomery.Formats.Hub;

/// <summary>Fetches the files of a model into the local store: resumes what was begun, checks sizes and hashes, and shows a file under its name only when it is whole.</summary>
public sealed class Download(HubClient client, LocalStore store)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Fetches one file unless it is already there.</summary>
    /// <param name="name">The repository and revision.</param>
    /// <param name="file">One of its files.</param>
    /// <param name="progress">Told the bytes that are there.</param>
    /// <param name="cancellation">Stops; what has come stays for the next try.</param>
    /// <returns>The path in the store.</returns>
    /// <exception cref="HubException">The download failed, or what came is not what was announced.</exception>
    public async Task<string> RunAsync(HubName name, HubFile file, IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!HubName.IsPath(file.Path)) throw new HubException($"{name.Repository}: refuses the file name '{file.Path}', which could lead out of the store");
        string path = Path.Combine(store.FolderOf(name), file.Path.Replace('/', Path.DirectorySeparatorChar));
        if (File.Exists(path) && (file.Bytes is null || new FileInfo(path).Length == file.Bytes))
        {
            progress?.Report(new FileInfo(path).Length);
            return path;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string partial = path + ".partial";
        await FetchAsync(name, file, partial, progress, cancellation).ConfigureAwait(false);
        await CheckAsync(file, partial, cancellation).ConfigureAwait(false);
        File.Move(partial, path, overwrite: true);
        return path;
    }

    private async Task FetchAsync(HubName name, HubFile file, string partial, IProgress<long>? progress, CancellationToken cancellation)
    {
        long have = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (have > 0 && have == file.Bytes) return;
        if (have > file.Bytes) have = 0;
        using HttpResponseMessage response = await client.GetAsync(name, file.Path, have, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent) have = 0;
        await using var to = new FileStream(partial, have > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        await using Stream from = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[BufferBytes];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                have += read;
                if (have > file.Bytes) throw new HubException($"{file.Path}: the hub sends more than the {file.Bytes} bytes that it announced");
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                progress?.Report(have);
            }
        }
        catch (Exception e) when (e is HttpIOException or HttpRequestException)
        {
            throw new HubException($"{file.Path}: the connection broke after {have} bytes; the same command resumes there", e);
        }
    }

    private static async Task CheckAsync(HubFile file, string partial, CancellationToken cancellation)
    {
        long length = new FileInfo(partial).Length;
        if (file.Bytes is { } bytes && length != bytes) throw new HubException($"{file.Path}: {length} bytes came of {bytes}; the same command resumes there");
        if (file.Sha256 is null) return;
        string hash;
        await using (FileStream stream = File.OpenRead(partial)) hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));
        if (hash.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase)) return;
        File.Delete(partial);
        throw new HubException($"{file.Path}: its SHA-256 is {hash}, announced was {file.Sha256}; the damaged file was removed, try again");
    }
}
