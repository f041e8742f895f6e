using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Divides positive and multiplies negative logits of tokens in prompt and output, once per distinct token (CTRL, arXiv 1909.05858).</summary>
[Key("repetition_penalty")]
internal sealed class RepetitionPenalty(float penalty) : LogitStep
{
    /// <summary>As the options say.</summary>
    public RepetitionPenalty(SamplingOptions options) : this(options.RepetitionPenalty ?? 1) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Repetition;

    /// <inheritdoc/>
    public override bool IsNeutral => penalty == 1;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context) =>
        Penalize(logits, context.History, penalty, context.Scratch.Marks);

    internal static void Penalize(Span<float> logits, ReadOnlySpan<int> ids, float penalty, Span<int> marks)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)logits.Length || marks[id] != 0) continue;
            marks[id] = 1;
            logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
        foreach (int id in ids)
            if ((uint)id < (uint)logits.Length) marks[id] = 0;
    }
}
