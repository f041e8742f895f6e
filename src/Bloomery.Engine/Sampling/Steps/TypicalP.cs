using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Keeps the tokens whose information is nearest to the entropy, up to the one that reaches probability <paramref name="p"/> (arXiv 2202.00666).
/// </summary>
[Key("typical_p")]
internal sealed class TypicalP(float p) : LogitStep
{
    /// <summary>As the options say.</summary>
    public TypicalP(SamplingOptions options) : this(options.TypicalP ?? 1) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.TypicalP;

    /// <inheritdoc/>
    public override bool IsNeutral => p >= 1;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        float max = LogitMath.Max(logits);
        if (!float.IsFinite(max)) return;
        Span<float> keys = context.Scratch.Keys, weights = context.Scratch.Weights;
        double sum = LogitMath.Weigh(logits, max, weights);
        double expected = max + Math.Log(sum) - LogitMath.Entropy(logits, max, weights, sum); // the logit of typical information

        int count = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (weights[i] <= 0) continue;
            (keys[count], weights[count]) = (Nearness(logits[i], expected), weights[i]);
            count++;
        }
        float least = Selection.KeyAtMass(keys[..count], weights[..count], p * sum);
        foreach (ref float z in logits)
            if (Nearness(z, expected) < least) z = float.NegativeInfinity;
    }

    private static float Nearness(float logit, double expected) => -(float)Math.Abs(logit - expected);
}
