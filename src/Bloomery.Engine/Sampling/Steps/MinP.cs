using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Drops tokens less likely than <paramref name="p"/> times the likeliest (arXiv 2407.01082).</summary>
[Key("min_p")]
internal sealed class MinP(float p) : LogitStep
{
    /// <summary>As the options say.</summary>
    public MinP(SamplingOptions options) : this(options.MinP ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.MinP;

    /// <inheritdoc/>
    public override bool IsNeutral => p <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context) =>
        LogitMath.MaskBelow(logits, LogitMath.Max(logits) + MathF.Log(p));
}
