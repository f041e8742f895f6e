using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Bans every token that would repeat an n-gram of prompt and output.</summary>
[Key("no_repeat_ngram")]
internal sealed class NoRepeatNgram(int size) : LogitStep
{
    /// <summary>As the options say.</summary>
    public NoRepeatNgram(SamplingOptions options) : this(options.NoRepeatNgramSize ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Ngram;

    /// <inheritdoc/>
    public override bool IsNeutral => size <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context) => Ban(logits, context.History, context.History, size);

    /// <summary>Bans what would complete, at the end of <paramref name="text"/>, an n-gram of <paramref name="source"/>.</summary>
    internal static void Ban(Span<float> logits, ReadOnlySpan<int> source, ReadOnlySpan<int> text, int size)
    {
        if (text.Length < size - 1) return;
        ReadOnlySpan<int> begun = text[^(size - 1)..];
        for (int end = size - 1; end < source.Length; end++)
        {
            int id = source[end];
            if ((uint)id < (uint)logits.Length && source[(end - begun.Length)..end].SequenceEqual(begun)) logits[id] = float.NegativeInfinity;
        }
    }
}
