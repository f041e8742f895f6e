using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Exclude top choices (github.com/oobabooga/text-generation-webui pull 6335): with <paramref name="probability"/>, of the
/// tokens that have at least probability <paramref name="threshold"/> only the least likely stays.
/// </summary>
[Key("xtc")]
internal sealed class Xtc(float probability, float threshold) : LogitStep
{
    /// <summary>As the options say.</summary>
    public Xtc(SamplingOptions options) : this(options.XtcProbability ?? 0, options.XtcThreshold ?? 0.1f) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Xtc;

    /// <inheritdoc/>
    public override bool IsNeutral => probability <= 0 || threshold > 0.5f; // no two tokens are likelier than one half

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        if (context.Uniforms.Trigger >= probability) return;
        float max = LogitMath.Max(logits);
        if (!float.IsFinite(max)) return;
        Span<float> weights = context.Scratch.Weights[..logits.Length];
        double bar = threshold * LogitMath.Weigh(logits, max, weights);

        float least = float.PositiveInfinity;
        for (int i = 0; i < logits.Length; i++)
            if (weights[i] >= bar && weights[i] > 0) least = MathF.Min(least, logits[i]);
        foreach (ref float z in logits)
            if (z > least) z = float.NegativeInfinity;
    }
}
