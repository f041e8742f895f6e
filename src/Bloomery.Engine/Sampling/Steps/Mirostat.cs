using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Mirostat 2 (arXiv 2007.14966): drops tokens more surprising than a bound that is steered so that the chosen tokens'
/// surprise stays near <paramref name="tau"/> bits. The token is drawn from the likeliest down.
/// </summary>
[Key("mirostat_v2")]
internal sealed class Mirostat(float tau, float eta) : LogitStep
{
    private readonly bool _wanted = true;

    /// <summary>As the options say.</summary>
    public Mirostat(SamplingOptions options) : this(options.MirostatTau ?? 5, options.MirostatEta ?? 0.1f) => _wanted = options.Mirostat == 2;

    /// <summary>The bound on the surprise, in bits.</summary>
    public double Mu { get; private set; } = 2.0 * tau;

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Mirostat;

    /// <inheritdoc/>
    public override bool IsNeutral => !_wanted;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        float max = LogitMath.Max(logits);
        if (!float.IsFinite(max)) return;
        double sum = LogitMath.Weigh(logits, max, context.Scratch.Weights);
        double floor = Math.Log(sum) - Mu * Math.Log(2); // relative to the likeliest, which stays
        LogitMath.MaskBelow(logits, max + (float)Math.Min(0, floor));
    }

    /// <inheritdoc/>
    public override void Commit(in TokenChoice choice) => Mu = Steer(Mu, choice, tau, eta);

    internal static double Steer(double mu, in TokenChoice choice, float tau, float eta) =>
        mu - eta * (-Math.Log2(choice.Probability) - tau);
}
