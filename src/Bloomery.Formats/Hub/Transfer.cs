using System.Net;

namespace Bloomery.Formats.Hub;

/// <summary>One file on its way: appended to what is there, hashed as it arrives, verified at the end.</summary>
internal sealed class Transfer : IAsyncDisposable
{
    private const int BufferBytes = 1 << 18;

    private readonly HubClient _client;
    private readonly Uri _address;
    private readonly HubFile _file;
    private readonly string _path;
    private readonly IProgress<long>? _progress;
    private readonly FileStream _stream;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly long _size;
    private ContentHash _hash;

    private Transfer(HubClient client, Uri address, HubFile file, string path, IProgress<long>? progress, FileStream stream, ContentHash hash) =>
        (_client, _address, _file, _size, _path, _progress, _stream, _hash) = (client, address, file, file.Bytes ?? 0, path, progress, stream, hash);

    /// <summary>Opens <paramref name="path"/> and takes what an earlier attempt left there into the hash.</summary>
    public static async Task<Transfer> OpenAsync(HubClient client, Uri address, HubFile file, string path, IProgress<long>? progress,
        CancellationToken cancellation)
    {
        ContentHash hash = new(file); // refuses what could not be verified, before anything is written
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new HubException($"{file.Path} is being downloaded by another process", exception);
        }
        Transfer transfer = new(client, address, file, path, progress, stream, hash);
        if (stream.Length > transfer._size) transfer.StartOver();
        for (int read; (read = await stream.ReadAsync(transfer._buffer, cancellation).ConfigureAwait(false)) > 0;)
            transfer._hash.Append(transfer._buffer.AsSpan(0, read));
        return transfer;
    }

    /// <summary>Fetches what is missing and verifies the whole.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _progress?.Report(_stream.Position);
        if (_stream.Position < _size)
            await Retry.RunAsync(_client.Options, _file.Path, AttemptAsync, cancellation, () => _stream.Position).ConfigureAwait(false);
        if (_hash.Mismatch() is { } problem)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            File.Delete(_path);
            throw new HubException($"{_file.Path} is damaged: {problem}; it has been deleted, run the command again");
        }
        _stream.Flush(flushToDisk: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _hash.Dispose();
    }

    private async Task AttemptAsync(StallTimer stall)
    {
        long from = _stream.Position;
        using HttpResponseMessage response = await _client.GetAsync(_address, from, stall.Token).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            StartOver();
            throw new TransientException("the server cannot go on where the download stopped");
        }
        _client.Check(response, _file.Path);
        CheckRange(response, from);
        Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        for (int read; (read = await stall.ReadAsync(body, _buffer).ConfigureAwait(false)) > 0;)
        {
            if (read > _size - _stream.Position) throw new HubException($"{_file.Path}: the server sends more than the {_size} bytes that the hub announces");
            await _stream.WriteAsync(_buffer.AsMemory(0, read), CancellationToken.None).ConfigureAwait(false); // never half a buffer
            _hash.Append(_buffer.AsSpan(0, read));
            _progress?.Report(_stream.Position);
        }
        if (_stream.Position < _size) throw new TransientException($"the connection ended after {_stream.Position} of {_size} bytes");
    }

    /// <summary>Makes sure that what follows belongs at the end of what is here.</summary>
    private void CheckRange(HttpResponseMessage response, long from)
    {
        long? whole = response.Content.Headers.ContentLength;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From != from)
            {
                StartOver();
                throw new TransientException("the server sends another part of the file than was asked for");
            }
            whole = response.Content.Headers.ContentRange.Length;
        }
        else if (from > 0)
        {
            StartOver(); // a server that ignores Range
        }
        if (whole is { } size && size != _size) throw new HubException($"{_file.Path}: the server has {size} bytes, but the hub announces {_size}");
    }

    private void StartOver()
    {
        _stream.SetLength(0);
        _stream.Position = 0;
        _hash.Dispose();
        _hash = new ContentHash(_file);
    }
}
