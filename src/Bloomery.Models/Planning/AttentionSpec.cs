using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Planning;

/// <summary>How a layer attends: heads, scale, mask and biases. Positions come from the batch.</summary>
internal sealed record AttentionSpec
{
    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads: query head h reads kv head h / (Heads / KvHeads).</summary>
    public required int KvHeads { get; init; }

    /// <summary>Elements of a query or key.</summary>
    public required int KeyDim { get; init; }

    /// <summary>Elements of a value.</summary>
    public required int ValueDim { get; init; }

    /// <summary>Multiplies q.k.</summary>
    public required float Scale { get; init; }

    /// <summary>0, or the cap of the scores (Gemma 2).</summary>
    public float SoftCap { get; init; }

    /// <summary>A query at t sees keys after t - Before; the window's width, or unbounded.</summary>
    public int Before { get; init; } = AttentionTile.Unbounded;

    /// <summary>A query at t sees keys before t + After; 1 is causal.</summary>
    public int After { get; init; } = 1;

    /// <summary>(Heads) ALiBi slopes, or null.</summary>
    public float[]? Slopes { get; init; }

    /// <summary>Multiplies slope * position.</summary>
    public float AlibiScale { get; init; } = 1;

    /// <summary>Whether slope * position is rounded to bfloat16 (Falcon).</summary>
    public bool RoundAlibi { get; init; }

    /// <summary>Null, or (Heads, 2 * RelativeSpan + 1) biases by key position - query position, clamped (T5).</summary>
    public float[]? RelativeBias { get; init; }

    /// <summary>See <see cref="RelativeBias"/>.</summary>
    public int RelativeSpan { get; init; }

    /// <summary>This specification with a sliding window; null leaves it unbounded.</summary>
    public AttentionSpec Windowed(int? window) => window is { } w ? this with { Before = w } : this;
}
