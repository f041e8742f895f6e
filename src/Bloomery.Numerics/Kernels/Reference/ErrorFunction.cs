namespace Bloomery.Numerics.Kernels.Reference;

/// <summary>The Gauss error function in double precision.</summary>
/// <remarks>
/// Below 2.5: erf(x) = 2/sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (2n+1)!!, whose terms are all of one sign (Abramowitz and Stegun 7.1.6).
/// Above: the continued fraction of erfc (7.1.14), evaluated from its tail.
/// </remarks>
internal static class ErrorFunction
{
    private const double Split = 2.5, TwoOverSqrtPi = 1.1283791670955126, OneOverSqrtPi = 0.5641895835477563;
    private const int FractionDepth = 60;

    /// <summary>erf(x)</summary>
    public static double Erf(double x) => Math.Abs(x) < Split ? Series(x) : x > 0 ? 1 - Fraction(x) : x < 0 ? Fraction(-x) - 1 : x;

    /// <summary>1 - erf(x), with full relative accuracy where it is small.</summary>
    public static double Erfc(double x) => Math.Abs(x) < 0.5 ? 1 - Series(x) : x >= Split ? Fraction(x) : x <= -Split ? 2 - Fraction(-x) : 1 - Series(x);

    /// <summary>The standard normal distribution function: Phi(x) = erfc(-x / sqrt(2)) / 2.</summary>
    public static double NormalCdf(double x) => 0.5 * Erfc(x * -0.7071067811865476);

    private static double Series(double x)
    {
        double square = x * x, term = x, sum = x;
        for (int n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
        {
            term *= 2 * square / (2 * n + 1);
            sum += term;
        }
        return TwoOverSqrtPi * Math.Exp(-square) * sum;
    }

    private static double Fraction(double x)
    {
        double tail = 0;
        for (int n = FractionDepth; n > 0; n--) tail = 0.5 * n / (x + tail);
        return OneOverSqrtPi * Math.Exp(-x * x) / (x + tail);
    }
}
