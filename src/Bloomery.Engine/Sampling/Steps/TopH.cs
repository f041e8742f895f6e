using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Keeps the likeliest tokens as long as their entropy is at most <paramref name="h"/> times that of all (arXiv 2509.02510).
/// Only the hundred largest logits are considered, as if there were no others.
/// </summary>
[Key("top_h")]
internal sealed class TopH(float h) : LogitStep
{
    private const int Considered = 100;

    /// <summary>As the options say.</summary>
    public TopH(SamplingOptions options) : this(options.TopH ?? 0) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.TopH;

    /// <inheritdoc/>
    public override bool IsNeutral => h <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        int count = Selection.Largest(logits, Considered, context.Scratch.Keys);
        if (count == 0) return;
        ReadOnlySpan<float> largest = context.Scratch.Keys[..count];
        Span<float> weights = context.Scratch.Weights[..count];
        double sum = LogitMath.Weigh(largest, largest[0], weights);
        double limit = h * LogitMath.Entropy(largest, largest[0], weights, sum);

        double entropy = 0, logSum = Math.Log(sum);
        int kept = 0;
        for (; kept < count; kept++)
        {
            entropy += weights[kept] / sum * (logSum - (largest[kept] - largest[0]));
            if (entropy > limit) break;
        }
        LogitMath.MaskBelow(logits, largest[Math.Max(kept, 1) - 1]);
    }
}
