using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Bloomery.Formats.Hub;

/// <summary>Asks a hub (huggingface.co, or what <c>HF_ENDPOINT</c> names) what a repository holds, and fetches files of it. A token comes from <c>HF_TOKEN</c>.</summary>
public sealed class HubClient : IDisposable
{
    private const int MaxListing = 32 << 20;
    private readonly HttpClient _http;
    private readonly Uri _endpoint;

    /// <summary>A client of <paramref name="endpoint"/>; null: what the environment names.</summary>
    public HubClient(Uri? endpoint = null)
    {
        string? named = Environment.GetEnvironmentVariable("HF_ENDPOINT");
        _endpoint = endpoint ?? new Uri(string.IsNullOrEmpty(named) ? "https://huggingface.co" : named);
        _http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("bloomery", "0.1"));
        string? token = Environment.GetEnvironmentVariable("HF_TOKEN");
        if (!string.IsNullOrEmpty(token)) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The files of a repository at a revision.</summary>
    /// <exception cref="HubException">The hub refused, or answered something else.</exception>
    public async Task<IReadOnlyList<HubFile>> ListAsync(HubName name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        var address = new Uri(_endpoint, $"/api/models/{name.Repository}/revision/{Uri.EscapeDataString(name.Revision)}?blobs=true");
        using HttpResponseMessage response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, address), name, cancellation).ConfigureAwait(false);
        if (response.Content.Headers.ContentLength > MaxListing) throw new HubException($"{address}: a listing of {response.Content.Headers.ContentLength} bytes is too long to be one");
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            using JsonDocument document = await JsonDocument.ParseAsync(body, default, cancellation).ConfigureAwait(false);
            return [.. document.RootElement.GetProperty("siblings").EnumerateArray().Select(ReadFile)];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HubException($"{address}: not the listing of a repository: {e.Message}", e);
        }
    }

    /// <summary>Begins to fetch a file from byte <paramref name="from"/> on.</summary>
    /// <returns>The answer; 206 when the hub honours the range, 200 when it sends everything.</returns>
    /// <exception cref="HubException">The hub refused.</exception>
    public Task<HttpResponseMessage> GetAsync(HubName name, string file, long from, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(file);
        string path = string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_endpoint, $"/{name.Repository}/resolve/{Uri.EscapeDataString(name.Revision)}/{path}"));
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        return SendAsync(request, name, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HubName name, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new HubException($"{_endpoint.Host} cannot be reached: {e.Message}", e);
        }
        if (response.IsSuccessStatusCode) return response;
        HttpStatusCode status = response.StatusCode;
        response.Dispose();
        throw new HubException($"{request.RequestUri}: {(int)status} {status}" + status switch
        {
            HttpStatusCode.NotFound => $"; is {name} spelled right?",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "; the repository is private, gated or not there: accept its terms on its page and set HF_TOKEN",
            HttpStatusCode.TooManyRequests => "; try again later, or set HF_TOKEN",
            _ => "",
        });
    }

    private static HubFile ReadFile(JsonElement sibling)
    {
        string path = sibling.GetProperty("rfilename").GetString() ?? "";
        long? bytes = sibling.TryGetProperty("size", out JsonElement size) && size.ValueKind == JsonValueKind.Number ? size.GetInt64() : null;
        string? sha256 = sibling.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object && lfs.TryGetProperty("sha256", out JsonElement hash) ? hash.GetString() : null;
        return new HubFile(path, bytes, sha256);
    }
}
