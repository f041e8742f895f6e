namespace Bloomery;

/// <summary>How texts are embedded; what is null is the model's own default.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>How token states become one vector.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>
    /// Whether vectors have length 1. A sentence-transformers checkpoint says so in <c>modules.json</c>; of others, GGUF files among them, it is taken to be
    /// so.
    /// </summary>
    public bool? Normalize { get; init; }
}
