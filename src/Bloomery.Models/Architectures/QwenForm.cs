namespace Bloomery.Models.Architectures;

/// <summary>What tells Qwen's generations apart: defaults of their classes in the reference library, and options that only they read.</summary>
internal sealed record QwenForm
{
    /// <summary>Key/value heads where the key is absent.</summary>
    public required int KvHeads { get; init; }

    /// <summary>A head's size where the key is absent; null: the hidden size divided.</summary>
    public int? HeadDim { get; init; }

    /// <summary>Whether each query and key head has a norm.</summary>
    public bool HeadNorms { get; init; }

    /// <summary>Whether q, k and v have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the output projection has one.</summary>
    public bool OutputBias { get; init; }

    /// <summary>
    /// Whether a layer has the window, by its number and <c>max_window_layers</c>, where <c>layer_types</c> does not say it; null: all have it, and there
    /// is no such key.
    /// </summary>
    public Func<int, int, bool>? Slides { get; init; }

    /// <summary>Experts; 0: none.</summary>
    public int Experts { get; init; }

    /// <summary>Experts used for each token.</summary>
    public int Used { get; init; }

    /// <summary>Width of an expert.</summary>
    public int ExpertSize { get; init; }

    /// <summary>Width of the expert that all tokens use; null: there is none.</summary>
    public int? SharedSize { get; init; }
}
