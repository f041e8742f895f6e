using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Favours the tokens of the encoder's input: a repetition penalty the other way round, against inventions.</summary>
[Key("encoder_repetition_penalty")]
internal sealed class EncoderRepetitionPenalty(float penalty) : LogitStep
{
    /// <summary>As the options say.</summary>
    public EncoderRepetitionPenalty(SamplingOptions options) : this(options.EncoderRepetitionPenalty ?? 1) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.EncoderRepetition;

    /// <inheritdoc/>
    public override bool IsNeutral => penalty == 1;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context) =>
        RepetitionPenalty.Penalize(logits, context.EncoderIds, 1 / penalty, context.Scratch.Marks);
}
