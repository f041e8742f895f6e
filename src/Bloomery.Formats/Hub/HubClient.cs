using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;

namespace Bloomery.Formats.Hub;

/// <summary>
/// Speaks the Hugging Face hub's HTTP interface: lists repositories and opens transfers. A token goes to the hub itself and to nobody that it redirects to.
/// </summary>
public sealed class HubClient : IDisposable
{
    private const int MaxListingBytes = 64 << 20;
    private const int MaxRedirects = 8;

    private readonly HttpClient _http;

    /// <summary>A client of <paramref name="endpoint"/>; null: what the environment names.</summary>
    /// <exception cref="HubException"><c>HF_ENDPOINT</c> is no web address.</exception>
    public HubClient(Uri? endpoint = null) : this(endpoint is null ? HubOptions.FromEnvironment() : HubOptions.FromEnvironment() with { Endpoint = endpoint })
    {
    }

    /// <summary>Makes a client; connections are opened when they are needed.</summary>
    public HubClient(HubOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false, // we follow ourselves, because the token must not
            UseCookies = false,
            ConnectTimeout = options.StallTimeout,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("bloomery", Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0"));
    }

    /// <summary>What the client was made with.</summary>
    public HubOptions Options { get; }

    /// <summary>The files of a repository at a revision.</summary>
    /// <exception cref="HubException">There is no such model, it may not be read, or the hub does not answer properly.</exception>
    public async Task<IReadOnlyList<HubFile>> ListAsync(HubName name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        Uri address = Address($"api/models/{name.Repository}/revision/{Uri.EscapeDataString(name.Revision)}?blobs=true");
        byte[] listing = [];
        await Retry.RunAsync(Options, $"the list of files of {name}", async stall =>
        {
            using HttpResponseMessage response = await GetAsync(address, from: 0, stall.Token).ConfigureAwait(false);
            Check(response, name.ToString());
            listing = await ReadListingAsync(response, stall).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
        return ParseListing(name, listing);
    }

    /// <summary>Where a file of a repository is fetched from.</summary>
    internal Uri AddressOf(HubName name, string file) =>
        Address($"{name.Repository}/resolve/{Uri.EscapeDataString(name.Revision)}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Asks for a resource from byte <paramref name="from"/> on and follows redirections; the token goes to the hub's own origin only.</summary>
    internal async Task<HttpResponseMessage> GetAsync(Uri address, long from, CancellationToken cancellation)
    {
        for (int hops = 0; hops <= MaxRedirects; hops++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            if (Options.Token is { } token && IsOwnOrigin(address)) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Redirect or HttpStatusCode.RedirectMethod or HttpStatusCode.RedirectKeepVerb
                or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location)
            {
                return response;
            }
            response.Dispose();
            Uri next = new(address, location);
            if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme == "http"))
                throw new HubException($"{address.Host} redirects to {next.GetLeftPart(UriPartial.Authority)}, which is refused: it is not a safe connection");
            address = next;
        }
        throw new HubException($"{address.Host} redirects more than {MaxRedirects} times");
    }

    /// <summary>Turns a status that is no success into an exception: one worth another attempt, or a final one that says what to do.</summary>
    internal void Check(HttpResponseMessage response, string what)
    {
        if (response.IsSuccessStatusCode) return;
        int status = (int)response.StatusCode;
        if (status is 408 or 425 or 429 or >= 500)
            throw new TransientException($"{Options.Endpoint.Host} answers {status} {response.ReasonPhrase}", response.Headers.RetryAfter?.Delta);
        throw new HubException(status switch
        {
            401 or 403 => $"{what} ({status}) may not be read: set HF_TOKEN to a token of an account that has access, and accept the "
                + "model's conditions on its page",
            404 => $"{what} (404) does not exist on {Options.Endpoint.Host}, or is private (then set HF_TOKEN)",
            _ => $"{what}: {Options.Endpoint.Host} answers {status} {response.ReasonPhrase}",
        });
    }

    private Uri Address(string path) => new(Options.Endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);

    private bool IsOwnOrigin(Uri address) =>
        address.Scheme == Options.Endpoint.Scheme && address.Port == Options.Endpoint.Port
        && string.Equals(address.Host, Options.Endpoint.Host, StringComparison.OrdinalIgnoreCase);

    private static async Task<byte[]> ReadListingAsync(HttpResponseMessage response, StallTimer stall)
    {
        Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        using MemoryStream listing = new();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await stall.ReadAsync(body, buffer).ConfigureAwait(false)) > 0;)
        {
            if (listing.Length + read > MaxListingBytes) throw new HubException($"the hub's list of files has more than {MaxListingBytes} bytes");
            listing.Write(buffer, 0, read);
        }
        return listing.ToArray();
    }

    private static IReadOnlyList<HubFile> ParseListing(HubName name, byte[] listing)
    {
        try
        {
            using JsonDocument document = JsonFile.Parse(listing, "the answer");
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("siblings", out JsonElement files) && files.ValueKind == JsonValueKind.Array)
                return [.. files.EnumerateArray().Select(ReadFile)];
            throw new ModelFormatException("the answer", "siblings", null, "there is no such list");
        }
        catch (ModelFormatException exception)
        {
            throw new HubException($"the hub's list of files of {name} cannot be understood: {exception.Message}", exception);
        }
    }

    private static HubFile ReadFile(JsonElement sibling)
    {
        if (Text(sibling, "rfilename") is not { } path) throw new ModelFormatException("the answer", "siblings", null, "a file has no name (rfilename)");
        JsonElement lfs = sibling.TryGetProperty("lfs", out JsonElement found) ? found : default;
        long? bytes = sibling.TryGetProperty("size", out JsonElement size) && size.ValueKind == JsonValueKind.Number
            && size.TryGetInt64(out long count) ? count : null;
        return new HubFile(path, bytes, Text(lfs, "sha256")?.ToLowerInvariant(), Text(sibling, "blobId")?.ToLowerInvariant());
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
