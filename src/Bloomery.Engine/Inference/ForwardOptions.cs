namespace Bloomery;

/// <summary>What to keep of a forward pass.</summary>
public sealed record ForwardOptions
{
    /// <summary>Whether to keep the hidden states of every layer.</summary>
    public bool HiddenStates { get; init; }

    /// <summary>Whether to keep logits (decoders).</summary>
    public bool Logits { get; init; } = true;

    /// <summary>(n, hidden) vectors that precede every input, or empty.</summary>
    public ReadOnlyMemory<float> SoftPrompt { get; init; }
}
