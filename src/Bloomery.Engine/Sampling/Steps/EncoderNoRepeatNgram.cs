using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Bans every token that would repeat an n-gram of the encoder's input.</summary>
[Key("encoder_no_repeat_ngram")]
internal sealed class EncoderNoRepeatNgram(int size) : LogitStep
{
    /// <summary>As the options say.</summary>
    public EncoderNoRepeatNgram(SamplingOptions options) : this(options.EncoderNoRepeatNgramSize ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Ngram;

    /// <inheritdoc/>
    public override bool IsNeutral => size <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context) => NoRepeatNgram.Ban(logits, context.EncoderIds, context.History, size);
}
