using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Hub;

/// <summary>A hub on the loopback address that serves what it is given, and misbehaves when asked to.</summary>
public sealed class FakeHub : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, byte[]> _files = [];

    public FakeHub()
    {
        int port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port}");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>What was asked for: path and range.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Sends only so many bytes of a file and then breaks the connection; 0: all.</summary>
    public int BreakAfter { get; set; }

    /// <summary>Sends other bytes than the listing's hash announces.</summary>
    public bool Corrupt { get; set; }

    /// <summary>Announces this size for every file, instead of the right one.</summary>
    public long? FalseSize { get; set; }

    public void Add(string path, byte[] content) => _files[path] = content;

    public HubClient Client() => new(Address);

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Answer(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        string? range = context.Request.Headers["Range"];
        lock (Requests) Requests.Add(range is null ? path : $"{path} {range}");
        if (path.StartsWith("/api/models/o/n/", StringComparison.Ordinal))
        {
            Send(context, Encoding.UTF8.GetBytes(Listing()));
            return;
        }
        const string Prefix = "/o/n/resolve/main/";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || !_files.TryGetValue(path[Prefix.Length..], out byte[]? content))
        {
            context.Response.StatusCode = 404;
            context.Response.Close();
            return;
        }
        if (Corrupt) content = [.. content.Select(b => (byte)~b)];
        if (range is not null)
        {
            int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
            context.Response.StatusCode = 206;
            content = content[from..];
        }
        Send(context, content);
    }

    private void Send(HttpListenerContext context, byte[] content)
    {
        context.Response.ContentLength64 = content.Length;
        if (BreakAfter > 0 && content.Length > BreakAfter && !context.Request.Url!.AbsolutePath.StartsWith("/api", StringComparison.Ordinal))
        {
            context.Response.OutputStream.Write(content, 0, BreakAfter);
            context.Response.OutputStream.Flush();
            context.Response.Abort();
            return;
        }
        context.Response.OutputStream.Write(content);
        context.Response.Close();
    }

    private string Listing() => JsonSerializer.Serialize(new
    {
        siblings = _files.Select(file => new
        {
            rfilename = file.Key,
            size = FalseSize ?? file.Value.Length,
            lfs = new { sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Value)) },
        }),
    });

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
