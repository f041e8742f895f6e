using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>From <paramref name="start"/> generated tokens on, raises the end tokens by |logit| * (factor^(tokens beyond start) - 1).</summary>
[Key("exponential_decay_length")]
internal sealed class ExponentialDecayLength(int start, float factor, IReadOnlyList<int> endIds) : LogitStep
{
    private readonly int[] _endIds = [.. endIds];

    /// <summary>As the options say.</summary>
    public ExponentialDecayLength(SamplingOptions options) : this(options.LengthDecayStart ?? 0, options.LengthDecayFactor ?? 1, options.EndIds) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.LengthDecay;

    /// <inheritdoc/>
    public override bool IsNeutral => factor == 1 || _endIds.Length == 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        if (context.Step <= start) return;
        float growth = Math.Min(MathF.Pow(factor, context.Step - start) - 1, float.MaxValue);
        foreach (int id in _endIds)
        {
            if ((uint)id >= (uint)logits.Length || !float.IsFinite(logits[id])) continue; // a removed token stays removed
            logits[id] = Math.Min(logits[id] + MathF.Abs(logits[id]) * growth, float.MaxValue);
        }
    }
}
