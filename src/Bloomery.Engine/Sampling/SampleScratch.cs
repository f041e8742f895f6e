namespace Bloomery.Engine.Sampling;

/// <summary>Working memory for sampling, made once per thread so that choosing a token allocates nothing.</summary>
/// <param name="vocabulary">The largest vocabulary that will be sampled from.</param>
internal sealed class SampleScratch(int vocabulary)
{
    private readonly float[] _logits = new float[Positive(vocabulary)];
    private readonly int[] _ids = new int[vocabulary];
    private readonly float[] _keys = new float[vocabulary];
    private readonly float[] _weights = new float[vocabulary];
    private readonly int[] _marks = new int[vocabulary];

    /// <summary>The largest vocabulary this scratch serves.</summary>
    public int Vocabulary => _logits.Length;

    /// <summary>Sort keys of a step; any content.</summary>
    public Span<float> Keys => _keys;

    /// <summary>Unnormalised probabilities of a step; any content.</summary>
    public Span<float> Weights => _weights;

    /// <summary>A number per token id, all zero: whoever sets one resets it before it returns.</summary>
    public Span<int> Marks => _marks;

    /// <summary>The chain's own copy of the logits.</summary>
    internal Span<float> Logits => _logits;

    /// <summary>The ids of the tokens that are left, once the chain has packed them.</summary>
    internal Span<int> Ids => _ids;

    private static int Positive(int vocabulary)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        return vocabulary;
    }
}
