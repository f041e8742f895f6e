using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Takes <paramref name="presence"/> once, and <paramref name="frequency"/> per occurrence, from the logits of tokens in the output.</summary>
[Key("presence_frequency")]
internal sealed class PresenceFrequency(float presence, float frequency) : LogitStep
{
    /// <summary>As the options say.</summary>
    public PresenceFrequency(SamplingOptions options) : this(options.PresencePenalty ?? 0, options.FrequencyPenalty ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.PresenceFrequency;

    /// <inheritdoc/>
    public override bool IsNeutral => presence == 0 && frequency == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        Span<int> counts = context.Scratch.Marks[..logits.Length];
        foreach (int id in context.Generated)
            if ((uint)id < (uint)counts.Length) counts[id]++;
        foreach (int id in context.Generated)
        {
            if ((uint)id >= (uint)counts.Length || counts[id] == 0) continue;
            logits[id] -= presence + frequency * counts[id];
            counts[id] = 0;
        }
    }
}
