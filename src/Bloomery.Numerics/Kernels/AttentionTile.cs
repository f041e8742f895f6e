namespace Bloomery.Numerics.Kernels;

/// <summary>Query rows that attend to the same kv head: rows are (token, query head) pairs of one sequence. A borrowed view.</summary>
/// <remarks>
/// score = Scale * q.k + AlibiScale * slope * (position of the key) + relative bias; then SoftCap * tanh(score / SoftCap) if SoftCap is positive.
/// ALiBi: arXiv 2108.12409. A key at position k is visible to a query at position t when t - Before &lt; k &lt; t + After: causal is After = 1, a sliding
/// window w is Before = w.
/// </remarks>
internal readonly ref struct AttentionTile
{
    /// <summary>A value for <see cref="Before"/> or <see cref="After"/> that hides nothing.</summary>
    public const int Unbounded = int.MaxValue / 2;

    /// <summary>(rows, KeyDim)</summary>
    public required ReadOnlySpan<float> Queries { get; init; }

    /// <summary>(rows) position of each query.</summary>
    public required ReadOnlySpan<int> Positions { get; init; }

    /// <summary>(rows) ALiBi slope of each row's head, or empty.</summary>
    public ReadOnlySpan<float> Slopes { get; init; }

    /// <summary>Empty, or (rows, 2 * RelativeSpan + 1): the bias of each row by (key position - query position), clamped to +-RelativeSpan (T5).</summary>
    public ReadOnlySpan<float> RelativeBias { get; init; }

    /// <summary>See <see cref="RelativeBias"/>.</summary>
    public int RelativeSpan { get; init; }

    /// <summary>Elements of a key.</summary>
    public required int KeyDim { get; init; }

    /// <summary>Elements of a value.</summary>
    public required int ValueDim { get; init; }

    /// <summary>Multiplies q.k.</summary>
    public required float Scale { get; init; }

    /// <summary>0, or the cap of the scores.</summary>
    public float SoftCap { get; init; }

    /// <summary>How far back a query sees.</summary>
    public required int Before { get; init; }

    /// <summary>How far ahead a query sees.</summary>
    public required int After { get; init; }

    /// <summary>Multiplies slope * position; 1 but for Falcon.</summary>
    public required float AlibiScale { get; init; }

    /// <summary>Falcon: slope * position is rounded to bfloat16 before it is scaled.</summary>
    public bool RoundAlibi { get; init; }

    /// <summary>Number of query rows.</summary>
    public int Rows => Positions.Length;
}
