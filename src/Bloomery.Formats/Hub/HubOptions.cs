namespace Bloomery.Formats.Hub;

/// <summary>Where the hub is and how patient to be with it.</summary>
public sealed record HubOptions
{
    /// <summary>The hub's address.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>The access token, or null; it is sent to <see cref="Endpoint"/> and to nobody else.</summary>
    public string? Token { get; init; }

    /// <summary>How long nothing may arrive before a transfer counts as stalled.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a transfer is resumed in a row without getting on.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The wait before the first resumption; it doubles each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The options that the variables <c>HF_ENDPOINT</c> and <c>HF_TOKEN</c> set.</summary>
    /// <exception cref="HubException"><c>HF_ENDPOINT</c> is no web address.</exception>
    public static HubOptions FromEnvironment()
    {
        HubOptions options = new() { Token = Variable("HF_TOKEN") };
        if (Variable("HF_ENDPOINT") is not { } text) return options;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new HubException($"HF_ENDPOINT is '{text}', which is no web address");
        return options with { Endpoint = endpoint };
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;
}
