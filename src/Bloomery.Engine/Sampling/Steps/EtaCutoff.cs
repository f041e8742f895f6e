using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Drops tokens less likely than min(<paramref name="epsilon"/>, sqrt(<paramref name="epsilon"/>) * exp(-entropy)); the
/// likeliest stays (arXiv 2210.15191).
/// </summary>
[Key("eta_cutoff")]
internal sealed class EtaCutoff(float epsilon) : LogitStep
{
    /// <summary>As the options say.</summary>
    public EtaCutoff(SamplingOptions options) : this(options.EtaCutoff ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Eta;

    /// <inheritdoc/>
    public override bool IsNeutral => epsilon <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        float max = LogitMath.Max(logits);
        if (!float.IsFinite(max)) return;
        Span<float> weights = context.Scratch.Weights;
        double sum = LogitMath.Weigh(logits, max, weights);
        double eta = Math.Min(epsilon, Math.Sqrt(epsilon) * Math.Exp(-LogitMath.Entropy(logits, max, weights, sum)));
        LogitMath.MaskBelow(logits, max + (float)Math.Min(0, Math.Log(eta * sum)));
    }
}
