using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Adds a number to the logit of a sequence's last token where the rest of the sequence stands at the end of the text.</summary>
[Key("sequence_bias")]
internal sealed class SequenceBias(IReadOnlyList<TokenSequenceBias> sequences) : LogitStep
{
    private readonly TokenSequenceBias[] _sequences = [.. sequences];

    /// <summary>As the options say.</summary>
    public SequenceBias(SamplingOptions options) : this(options.SequenceBias ?? []) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.SequenceBias;

    /// <inheritdoc/>
    public override bool IsNeutral => _sequences.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        foreach ((int[] ids, float bias) in _sequences)
        {
            int last = ids[^1];
            if ((uint)last < (uint)logits.Length && context.History.EndsWith(ids.AsSpan(..^1))) logits[last] += bias;
        }
    }
}
