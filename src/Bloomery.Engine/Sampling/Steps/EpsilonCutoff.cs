using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Drops tokens less likely than <paramref name="epsilon"/>; the likeliest stays (arXiv 2210.15191).</summary>
[Key("epsilon_cutoff")]
internal sealed class EpsilonCutoff(float epsilon) : LogitStep
{
    /// <summary>As the options say.</summary>
    public EpsilonCutoff(SamplingOptions options) : this(options.EpsilonCutoff ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Epsilon;

    /// <inheritdoc/>
    public override bool IsNeutral => epsilon <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        float max = LogitMath.Max(logits);
        if (!float.IsFinite(max)) return;
        double sum = LogitMath.Weigh(logits, max, context.Scratch.Weights);
        LogitMath.MaskBelow(logits, max + (float)Math.Min(0, Math.Log(epsilon * sum)));
    }
}
