using Bloomery.Numerics.Catalogs;

namespace Bloomery.Engine.Sampling.Steps;

/// <summary>
/// Mirostat 1 (arXiv 2007.14966): estimates the exponent of Zipf's law from the likeliest tokens and keeps as many tokens as
/// would have the wanted surprise under that law.
/// </summary>
[Key("mirostat_v1")]
internal sealed class MirostatV1(float tau, float eta) : LogitStep
{
    private const int Observed = 100;
    private readonly bool _wanted = true;

    /// <summary>As the options say.</summary>
    public MirostatV1(SamplingOptions options) : this(options.MirostatTau ?? 5, options.MirostatEta ?? 0.1f) => _wanted = options.Mirostat == 1;

    /// <summary>The surprise, in bits, that decides how many tokens are kept.</summary>
    public double Mu { get; private set; } = 2.0 * tau;

    /// <inheritdoc/>
    public override SamplingStage Stage => SamplingStage.Mirostat;

    /// <inheritdoc/>
    public override bool IsNeutral => !_wanted;

    /// <inheritdoc/>
    public override void Apply(Span<float> logits, in SampleContext context)
    {
        int observed = Selection.Largest(logits, Observed, context.Scratch.Keys);
        if (observed < 2) return;
        int k = Kept(ZipfExponent(context.Scratch.Keys[..observed]), Mu, logits.Length);
        LogitMath.MaskBelow(logits, Selection.KthLargest(logits, k, context.Scratch.Keys));
    }

    /// <inheritdoc/>
    public override void Commit(in TokenChoice choice) => Mu = Mirostat.Steer(Mu, choice, tau, eta);

    // Least squares through the log-probabilities' gaps between consecutive ranks.
    private static double ZipfExponent(ReadOnlySpan<float> descending)
    {
        double product = 0, square = 0;
        for (int i = 0; i + 1 < descending.Length; i++)
        {
            double step = Math.Log((i + 2.0) / (i + 1.0));
            product += step * (descending[i] - descending[i + 1]);
            square += step * step;
        }
        return product / square;
    }

    private static int Kept(double exponent, double mu, int vocabulary)
    {
        double epsilon = exponent - 1;
        double k = Math.Pow(epsilon * Math.Pow(2, mu) / (1 - Math.Pow(vocabulary, -epsilon)), 1 / exponent);
        return k < vocabulary ? Math.Max(1, (int)k) : vocabulary; // not a number (a flat distribution): all
    }
}
