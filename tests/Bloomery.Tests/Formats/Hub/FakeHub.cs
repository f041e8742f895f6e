using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bloomery.Tests.Formats.Hub;

/// <summary>A hub on this machine that answers as the real one does, or misbehaves as a test wishes.</summary>
internal sealed class FakeHub : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly HashSet<string> _small = [];

    public FakeHub()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = Task.Run(AcceptAsync);
    }

    public record Request(string Path, string? Authorization, long? From);

    public Uri Address { get; }

    public ConcurrentQueue<Request> Requests { get; } = [];

    /// <summary>Answers a request for a file's content itself (true), or leaves it to the hub (false).</summary>
    public Func<Request, byte[], Stream, Task<bool>> Misbehave { get; set; } = (_, _, _) => Task.FromResult(false);

    /// <summary>Changes the listing before it is sent.</summary>
    public Action<JsonObject> Listing { get; set; } = _ => { };

    public IEnumerable<Request> Fetches => Requests.Where(request => request.Path.Contains("/resolve/", StringComparison.Ordinal));

    public FakeHub Add(string name, byte[] content, bool small = false)
    {
        _files[name] = content;
        if (small) _small.Add(name);
        return this;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    /// <summary>Sends a whole answer, or so many bytes of its content.</summary>
    public static async Task AnswerAsync(Stream stream, string status, byte[] content, string headers = "", int? cut = null)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {content.Length}\r\n{headers}\r\n"));
        await stream.WriteAsync(content.AsMemory(0, cut ?? content.Length));
        await stream.FlushAsync();
    }

    public static Task RedirectAsync(Stream stream, Uri to) => AnswerAsync(stream, "302 Found", [], $"Location: {to}\r\n");

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = Task.Run(async () =>
            {
                using (client)
                {
                    try
                    {
                        await ServeAsync(client.GetStream());
                    }
                    catch (IOException)
                    {
                        // the client went away
                    }
                }
            });
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
        string path = (await reader.ReadLineAsync())?.Split(' ')[1] ?? "";
        string? authorization = null;
        long? from = null;
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            string value = header[(header.IndexOf(':') + 1)..].Trim();
            if (header.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase)) authorization = value;
            if (header.StartsWith("Range:", StringComparison.OrdinalIgnoreCase)) from = long.Parse(value["bytes=".Length..^1]);
        }
        Request request = new(path, authorization, from);
        Requests.Enqueue(request);
        if (path.StartsWith("/api/models/org/model/revision/", StringComparison.Ordinal)) await SendListingAsync(stream);
        else if (_files.TryGetValue(Uri.UnescapeDataString(path.Split("/resolve/")[^1].Split('/', 2)[^1]), out byte[]? content))
            await SendFileAsync(request, content, stream);
        else await AnswerAsync(stream, "404 Not Found", "{}"u8.ToArray());
    }

    private async Task SendListingAsync(Stream stream)
    {
        JsonArray siblings = [];
        foreach ((string name, byte[] content) in _files)
        {
            JsonObject sibling = new() { ["rfilename"] = name, ["size"] = content.Length,
                ["blobId"] = Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content])) };
            if (!_small.Contains(name))
                sibling["lfs"] = new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content)), ["size"] = content.Length };
            siblings.Add(sibling);
        }
        JsonObject listing = new() { ["id"] = "org/model", ["siblings"] = siblings };
        Listing(listing);
        await AnswerAsync(stream, "200 OK", Encoding.UTF8.GetBytes(listing.ToJsonString()));
    }

    private async Task SendFileAsync(Request request, byte[] content, Stream stream)
    {
        if (await Misbehave(request, content, stream)) return;
        if (request.From is { } from && from >= content.Length) await AnswerAsync(stream, "416 Range Not Satisfiable", []);
        else if (request.From is { } start)
            await AnswerAsync(stream, "206 Partial Content", content[(int)start..], $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}\r\n");
        else await AnswerAsync(stream, "200 OK", content);
    }
}
