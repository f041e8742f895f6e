namespace Bloomery.Models.Positions;

/// <summary>Parameters of a rotary embedding as checkpoints state them, whichever generation of the library wrote them.</summary>
internal sealed record RopeScaling
{
    /// <summary><c>default</c>, <c>linear</c>, <c>dynamic</c>, <c>llama3</c>, <c>yarn</c>, <c>longrope</c> or <c>proportional</c>.</summary>
    public string Type { get; init; } = "default";

    /// <summary>Base of the frequencies.</summary>
    public double Theta { get; init; } = 10000;

    /// <summary>How much longer the context is than the original one; null where it follows from the lengths.</summary>
    public double? Factor { get; init; }

    /// <summary>Longest context of the first training.</summary>
    public int OriginalLength { get; init; }

    /// <summary>Longest context of the model.</summary>
    public int MaxLength { get; init; }

    /// <summary>llama3: frequencies with fewer turns than this over the original context are scaled wholly.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: frequencies with more turns than this are not scaled.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: turns above which a frequency is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: turns below which a frequency is interpolated.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: whether the correction range is rounded to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>
    /// Multiplies cosine and sine; null: follows from the factor (yarn and longrope), or is 1. Checkpoints state it for yarn and longrope only, GGUF files
    /// for any type.
    /// </summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: see <see cref="YarnScale"/>.</summary>
    public double? MScale { get; init; }

    /// <summary>yarn: see <see cref="YarnScale"/>.</summary>
    public double? MScaleAllDim { get; init; }

    /// <summary>longrope: divisors up to the original length, one a pair.</summary>
    public float[]? ShortFactor { get; init; }

    /// <summary>longrope: divisors beyond it, one a pair.</summary>
    public float[]? LongFactor { get; init; }

    /// <summary>proportional: the share of pairs that turn, the fastest ones.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Divisors of all frequencies, one a pair, as GGUF stores llama3's; or null.</summary>
    public float[]? Divisors { get; init; }

    /// <summary>The factor, or what follows from the lengths.</summary>
    public double EffectiveFactor => Factor ?? (double)MaxLength / OriginalLength;

    /// <summary>g(k) = 1 + 0.1 k ln s for s &gt; 1, else 1 (yarn, arXiv 2309.00071).</summary>
    public static double YarnScale(double factor, double k = 1) => factor <= 1 ? 1 : 0.1 * k * Math.Log(factor) + 1;
}
