using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Nucleus sampling (arXiv 1904.09751): keeps the likeliest tokens up to the one that reaches probability <paramref name="p"/>, and its equals.
/// </summary>
[Key("top_p")]
internal sealed class TopP(float p) : LogitStep
{
    // How far below the likeliest logit the nucleus is looked for, the nearest first: mostly it is a handful of tokens.
    private static readonly float[] Depths = [3, 8, 16, float.PositiveInfinity];

    /// <summary>As the options say.</summary>
    public TopP(SamplingOptions options) : this(options.TopP ?? 1) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.TopP;

    /// <inheritdoc/>
    public override bool IsNeutral => p >= 1;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        float max = LogitMath.Max(logits);
        if (!float.IsFinite(max)) return;
        Span<float> keys = context.Scratch.Keys, weights = context.Scratch.Weights;
        double mass = p * LogitMath.Weigh(logits, max, weights);
        foreach (float depth in Depths)
        {
            int count = Selection.Collect(logits, max - depth, keys);
            double found = LogitMath.Weigh(keys[..count], max, weights);
            if (found < mass && !float.IsInfinity(depth)) continue;
            LogitMath.MaskBelow(logits, Selection.KeyAtMass(keys[..count], weights[..count], mass));
            return;
        }
    }
}
