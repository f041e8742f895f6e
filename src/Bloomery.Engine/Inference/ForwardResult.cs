namespace Bloomery;

/// <summary>What a model answers to one input. Rows of masked positions hold zeros; soft-prompt rows are left out.</summary>
public sealed class ForwardResult
{
    internal ForwardResult()
    {
    }

    /// <summary>(T, vocabulary) logits; null for encoders.</summary>
    public float[]? Logits { get; internal set; }

    /// <summary>(T, hidden) the state after the last block and norm (of the decoder, where there are two).</summary>
    public float[]? LastHiddenState { get; internal set; }

    /// <summary>(hidden) what the pooler makes of the first token; null where the model has no pooler.</summary>
    public float[]? PoolerOutput { get; internal set; }

    /// <summary>(L + 1) of (T, hidden), if asked for.</summary>
    public float[][] HiddenStates { get; internal set; } = [];

    /// <summary>(T, projected) what the head reads, where the model projects its last state first.</summary>
    public float[]? ProjectedHiddenState { get; internal set; }

    /// <summary>The encoder's part, for encoder-decoders.</summary>
    public ForwardResult? Encoder { get; internal set; }
}
