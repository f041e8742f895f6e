namespace Bloomery.Models.Positions;

/// <summary>A rotary position embedding (RoPE, arXiv 2104.09864): the frequencies of each pair, for every scaling that the reference library knows.</summary>
internal sealed class Rotary
{
    /// <summary>All types, for messages.</summary>
    internal const string Types = "default, linear, dynamic, llama3, yarn, longrope, proportional";

    private readonly RopeScaling _scaling;
    private readonly int _span;
    private readonly float[] _fixed;
    private readonly float[]? _long;
    private readonly Dictionary<int, float[]> _dynamic = [];

    /// <summary>Prepares the frequencies.</summary>
    /// <param name="dimensions">Elements of a head that rotate; even.</param>
    /// <param name="scaling">Base, type and parameters.</param>
    /// <param name="interleaved">Whether element 2j turns with 2j + 1 (instead of j with j + dimensions / 2).</param>
    /// <param name="span">What the exponents of the frequencies are divided by; 0: the dimensions.</param>
    /// <exception cref="ArgumentException">The parameters are unusable; the message says which.</exception>
    public Rotary(int dimensions, RopeScaling scaling, bool interleaved = false, int span = 0)
    {
        if (dimensions <= 0 || dimensions % 2 != 0) throw new ArgumentException($"{dimensions} rotary dimensions: an even, positive number is needed");
        if ((span > 0 ? span : dimensions) <= 2 && scaling.Type == "dynamic")
            throw new ArgumentException("dynamic scaling needs more than 2 rotary dimensions");
        if (scaling.Type == "yarn" && scaling.Theta <= 1) throw new ArgumentException($"rope_theta is {scaling.Theta}; yarn needs more than 1");
        (Dimensions, Interleaved, _scaling, _span) = (dimensions, interleaved, scaling, span > 0 ? span : dimensions);
        _fixed = scaling.Type switch
        {
            "default" or "dynamic" => Plain(scaling.Theta),
            "linear" => Each(Plain(scaling.Theta), t => t / scaling.EffectiveFactor),
            "llama3" => Each(Plain(scaling.Theta), Llama3),
            "yarn" => Yarn(),
            "longrope" => Divide(Plain(scaling.Theta), Factors(scaling.ShortFactor, "short_factor")),
            "proportional" => Proportional(),
            _ => throw new ArgumentException($"rope type '{scaling.Type}' is not known; known are {Types}"),
        };
        if (scaling.Type == "longrope") _long = Divide(Plain(scaling.Theta), Factors(scaling.LongFactor, "long_factor"));
        if (scaling.Divisors is { } divisors) _fixed = Divide(_fixed, Factors(divisors, "rope_freqs"));
        AttentionFactor = (float)FindAttentionFactor();
    }

    /// <summary>Elements of a head that rotate.</summary>
    public int Dimensions { get; }

    /// <summary>Which elements form a pair.</summary>
    public bool Interleaved { get; }

    /// <summary>Multiplies cosine and sine.</summary>
    public float AttentionFactor { get; }

    /// <summary>How many times longer than stated a text may be: dynamic scaling is for going beyond.</summary>
    public double LengthFactor => _scaling.Type == "dynamic" ? Math.Max(1, _scaling.EffectiveFactor) : 1;

    /// <summary>
    /// Whether the frequencies at <paramref name="length"/> tokens differ from those at <paramref name="previous"/>, so that cached keys are stale.
    /// </summary>
    public bool ChangesBetween(int previous, int length) => !ReferenceEquals(Frequencies(previous), Frequencies(length));

    /// <summary>(Dimensions / 2) radians a position, for a sequence whose longest position + 1 is <paramref name="length"/>.</summary>
    public float[] Frequencies(int length)
    {
        if (_long is not null) return length > _scaling.OriginalLength ? _long : _fixed;
        if (_scaling.Type != "dynamic" || length <= _scaling.MaxLength) return _fixed;
        if (!_dynamic.TryGetValue(length, out float[]? found))
        {
            double s = _scaling.EffectiveFactor;
            double theta = _scaling.Theta * Math.Pow(s * length / _scaling.MaxLength - (s - 1), _span / (_span - 2.0));
            if (_dynamic.Count > 64) _dynamic.Clear();
            _dynamic[length] = found = Plain(theta);
        }
        return found;
    }

    /// <summary>theta^(-2j/span), rounded where the reference library rounds: far into a text a last place of an exponent is a visible angle.</summary>
    private float[] Plain(double theta)
    {
        float[] result = new float[Dimensions / 2];
        for (int j = 0; j < result.Length; j++) result[j] = 1 / (float)Math.Pow((float)theta, 2f * j / _span);
        return result;
    }

    private static float[] Each(float[] frequencies, Func<double, double> f) => [.. frequencies.Select(t => (float)f(t))];

    private static float[] Divide(float[] frequencies, float[] divisors) => [.. frequencies.Select((t, j) => t / divisors[j])];

    private float[] Factors(float[]? factors, string name) => factors is not null && factors.Length == Dimensions / 2
        ? factors
        : throw new ArgumentException($"{name} needs {Dimensions / 2} entries, one a rotary pair; it has {factors?.Length ?? 0}");

    private double Llama3(double t)
    {
        double wavelength = 2 * Math.PI / t, original = _scaling.OriginalLength;
        if (wavelength > original / _scaling.LowFrequencyFactor) return t / _scaling.EffectiveFactor;
        if (wavelength < original / _scaling.HighFrequencyFactor) return t;
        double smooth = (original / wavelength - _scaling.LowFrequencyFactor) / (_scaling.HighFrequencyFactor - _scaling.LowFrequencyFactor);
        return (1 - smooth) * t / _scaling.EffectiveFactor + smooth * t;
    }

    private float[] Yarn()
    {
        double Dimension(double turns) => Dimensions * Math.Log(_scaling.OriginalLength / (2 * Math.PI * turns)) / (2 * Math.Log(_scaling.Theta));
        double low = Dimension(_scaling.BetaFast), high = Dimension(_scaling.BetaSlow);
        if (_scaling.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, Dimensions - 1));
        if (low == high) high += 0.001;
        float[] plain = Plain(_scaling.Theta);
        double s = _scaling.EffectiveFactor;
        for (int j = 0; j < plain.Length; j++)
        {
            double ramp = Math.Clamp((j - low) / (high - low), 0, 1);
            plain[j] = (float)((1 - ramp) * plain[j] + ramp * plain[j] / s);
        }
        return plain;
    }

    /// <summary>The slower pairs stand still.</summary>
    private float[] Proportional()
    {
        int turning = (int)Math.Floor(_scaling.Share * Dimensions / 2);
        return [.. Plain(_scaling.Theta).Select((t, j) => j < turning ? (float)(t / (_scaling.Factor ?? 1)) : 0)];
    }

    private double FindAttentionFactor()
    {
        double s = _scaling.Type is "yarn" or "longrope" ? _scaling.EffectiveFactor : 1;
        switch (_scaling.Type)
        {
            case "yarn" when _scaling.AttentionFactor is { } given: return given;
            case "yarn" when _scaling.MScale is { } m && m != 0 && _scaling.MScaleAllDim is { } all && all != 0:
                return RopeScaling.YarnScale(s, m) / RopeScaling.YarnScale(s, all);
            case "yarn": return RopeScaling.YarnScale(s);
            case "longrope": return _scaling.AttentionFactor ?? (s <= 1 ? 1 : Math.Sqrt(1 + Math.Log(s) / Math.Log(_scaling.OriginalLength)));
            default: return _scaling.AttentionFactor ?? 1;
        }
    }
}
