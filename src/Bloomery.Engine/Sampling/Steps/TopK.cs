using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Keeps the <paramref name="k"/> likeliest tokens, and every token that equals the last of them.</summary>
[Key("top_k")]
internal sealed class TopK(int k) : LogitStep
{
    /// <summary>As the options say.</summary>
    public TopK(SamplingOptions options) : this(options.TopK ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.TopK;

    /// <inheritdoc/>
    public override bool IsNeutral => k <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context) =>
        LogitMath.MaskBelow(logits, Selection.KthLargest(logits, k, context.Scratch.Keys));
}
