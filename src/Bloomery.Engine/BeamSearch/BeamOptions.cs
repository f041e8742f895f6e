namespace Bloomery;

/// <summary>The parameters of a beam search, with the defaults of <c>transformers</c>.</summary>
public sealed record BeamOptions
{
    /// <summary>The number of beams.</summary>
    public int NumBeams { get; init; } = 4;

    /// <summary>The power of the length by which a score is divided: above 0 favours longer texts, since scores are negative.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>When to end.</summary>
    public EarlyStopping EarlyStopping { get; init; } = EarlyStopping.Heuristic;

    /// <summary>The most tokens of a hypothesis.</summary>
    public int MaxNewTokens { get; init; } = 32;

    /// <summary>The tokens that end a hypothesis; they belong to it and count in its length. Null: the model's own.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }

    /// <summary>How many of the best hypotheses to return.</summary>
    public int ReturnCount { get; init; } = 1;

    /// <summary>Refuses what cannot be honoured.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(NumBeams, 1, "num_beams");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxNewTokens, 1, "max_new_tokens");
        ArgumentOutOfRangeException.ThrowIfLessThan(ReturnCount, 1, "num_return_sequences");
        if (ReturnCount > NumBeams)
            throw new ArgumentOutOfRangeException("num_return_sequences", ReturnCount, $"num_return_sequences must be at most num_beams ({NumBeams})");
        if (!double.IsFinite(LengthPenalty))
            throw new ArgumentOutOfRangeException("length_penalty", LengthPenalty, "length_penalty must be a finite number");
    }
}
