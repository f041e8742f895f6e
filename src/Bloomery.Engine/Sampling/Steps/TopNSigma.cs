using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>Keeps the tokens within n standard deviations of the largest logit (arXiv 2411.07641), which no temperature changes.</summary>
[Key("top_n_sigma"), SamplingParameter("top_n_sigma", 0, 100)]
internal sealed class TopNSigma(float n) : LogitStep
{
    /// <summary>As the options say.</summary>
    public TopNSigma(SamplingOptions options) : this((float)options.Number("top_n_sigma", 0)) { }

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Temperature; // its key puts it behind the temperature itself

    /// <inheritdoc/>
    public override bool IsNeutral => n <= 0;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        double sum = 0, squares = 0;
        int count = 0;
        float max = LogitMath.Max(logits);
        foreach (float z in logits)
        {
            if (!float.IsFinite(z)) continue;
            double distance = z - max;
            sum += distance;
            squares += distance * distance;
            count++;
        }
        if (count == 0) return;
        double mean = sum / count;
        LogitMath.MaskBelow(logits, max - n * (float)Math.Sqrt(Math.Max(0, squares / count - mean * mean)));
    }
}
