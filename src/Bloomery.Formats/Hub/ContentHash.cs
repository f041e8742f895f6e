using System.Security.Cryptography;
using System.Text;

namespace Bloomery.Formats.Hub;

/// <summary>The hash by which the hub knows a file: SHA-256 of large ones, git's SHA-1 of <c>blob SIZE\0</c> and the content of small ones.</summary>
internal sealed class ContentHash : IDisposable
{
    private readonly IncrementalHash _hash;
    private readonly HubFile _file;
    private long _length;

    /// <exception cref="HubException">The hub gives no hash.</exception>
    public ContentHash(HubFile file)
    {
        _file = file;
        if (file.Bytes is not >= 0) throw new HubException($"the hub does not say how large {file.Path} is");
        if (file.Sha256 is null && file.BlobId is null) throw new HubException($"{file.Path} cannot be verified: the hub gives no hash of it");
        _hash = IncrementalHash.CreateHash(file.Sha256 is not null ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (file.Sha256 is null) _hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Bytes}\0"));
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _length += bytes.Length;
    }

    /// <summary>What is wrong with the content, or null.</summary>
    public string? Mismatch()
    {
        if (_length != _file.Bytes) return $"it has {_length} bytes instead of {_file.Bytes}";
        string actual = Convert.ToHexStringLower(_hash.GetHashAndReset()), expected = _file.Sha256 ?? _file.BlobId!;
        return actual == expected ? null : $"its {(_file.Sha256 is null ? "git hash" : "SHA-256")} is {actual} instead of {expected}";
    }

    /// <summary>Whether a file on disk is the one that the hub means.</summary>
    public static async Task<bool> MatchesAsync(HubFile file, string path, CancellationToken cancellation)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != file.Bytes) return false;
        using ContentHash hash = new(file);
        await using FileStream stream = File.OpenRead(path);
        byte[] buffer = new byte[1 << 18];
        for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;) hash.Append(buffer.AsSpan(0, read));
        return hash.Mismatch() is null;
    }

    public void Dispose() => _hash.Dispose();
}
