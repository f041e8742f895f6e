using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Keeps given token sequences from being completed; a sequence of one token never occurs.</summary>
[Key("bad_words")]
internal sealed class BadWords(IReadOnlyList<int[]> words) : LogitStep
{
    private readonly int[][] _words = [.. words];

    /// <summary>As the options say.</summary>
    public BadWords(SamplingOptions options) : this(options.BadWords ?? []) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.BadWords;

    /// <inheritdoc/>
    public override bool IsNeutral => _words.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        foreach (int[] word in _words)
        {
            int last = word[^1];
            if ((uint)last < (uint)logits.Length && context.History.EndsWith(word.AsSpan(..^1))) logits[last] = float.NegativeInfinity;
        }
    }
}
