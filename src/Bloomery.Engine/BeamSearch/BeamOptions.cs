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
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range; the message names it.</exception>
    internal void Validate()
    {
        AtLeastOne(NumBeams, nameof(NumBeams));
        AtLeastOne(MaxNewTokens, nameof(MaxNewTokens));
        AtLeastOne(ReturnCount, nameof(ReturnCount));
        if (ReturnCount > NumBeams)
            throw new ArgumentOutOfRangeException(nameof(ReturnCount), $"ReturnCount must be at most the {NumBeams} of NumBeams, not {ReturnCount}");
        if (!double.IsFinite(LengthPenalty))
            throw new ArgumentOutOfRangeException(nameof(LengthPenalty),
                FormattableString.Invariant($"LengthPenalty must be a finite number, not {LengthPenalty}"));
        if (!Enum.IsDefined(EarlyStopping))
            throw new ArgumentOutOfRangeException(nameof(EarlyStopping), $"EarlyStopping is no way to end: {(int)EarlyStopping}");

        static void AtLeastOne(int value, string name)
        {
            if (value < 1) throw new ArgumentOutOfRangeException(name, $"{name} must be at least 1, not {value}");
        }
    }
}
