using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>
/// Exponentials and their kin on vectors, good to about two units in the last place; polynomials from Cephes (expf, tanhf) and Abramowitz and Stegun 7.1.26
/// (erf).
/// </summary>
internal static class VectorMath<TWidth, TVector>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    private const float ExpLowest = -87.33654f, ExpHighest = 88.37626f;

    /// <summary>e^x: 0 below -87.3 and infinite above 88.4; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector lowest = TWidth.Broadcast(ExpLowest), highest = TWidth.Broadcast(ExpHighest);
        TVector z = TWidth.Min(highest, TWidth.Max(lowest, x));
        TVector n = TWidth.Round(TWidth.Multiply(z, TWidth.Broadcast(1.44269504f)));
        // ln 2 in two parts, the first exact when multiplied by n
        TVector r = TWidth.MultiplyAdd(n, TWidth.Broadcast(-0.693359375f), z);
        r = TWidth.MultiplyAdd(n, TWidth.Broadcast(2.12194440e-4f), r);
        TVector p = TWidth.Broadcast(1.9875691500e-4f);
        p = TWidth.MultiplyAdd(p, r, TWidth.Broadcast(1.3981999507e-3f));
        p = TWidth.MultiplyAdd(p, r, TWidth.Broadcast(8.3334519073e-3f));
        p = TWidth.MultiplyAdd(p, r, TWidth.Broadcast(4.1665795894e-2f));
        p = TWidth.MultiplyAdd(p, r, TWidth.Broadcast(1.6666665459e-1f));
        p = TWidth.MultiplyAdd(p, r, TWidth.Broadcast(5.0000001201e-1f));
        p = TWidth.MultiplyAdd(TWidth.Multiply(r, r), p, TWidth.Add(r, TWidth.Broadcast(1)));
        TVector y = TWidth.Multiply(p, TWidth.PowerOfTwo(n));
        y = TWidth.IfLess(x, lowest, TWidth.Zero, y);
        return TWidth.IfLess(highest, x, TWidth.Broadcast(float.PositiveInfinity), y);
    }

    /// <summary>1 / (1 + e^-x)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        TVector one = TWidth.Broadcast(1);
        return TWidth.Divide(one, TWidth.Add(one, Exp(TWidth.Subtract(TWidth.Zero, x))));
    }

    /// <summary>tanh(x): a polynomial near 0, where 1 - 2 / (e^2x + 1) would cancel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        TVector one = TWidth.Broadcast(1), two = TWidth.Broadcast(2);
        TVector far = TWidth.Subtract(one, TWidth.Divide(two, TWidth.Add(one, Exp(TWidth.Add(x, x)))));
        TVector z = TWidth.Multiply(x, x);
        TVector p = TWidth.Broadcast(-5.70498872745e-3f);
        p = TWidth.MultiplyAdd(p, z, TWidth.Broadcast(2.06390887954e-2f));
        p = TWidth.MultiplyAdd(p, z, TWidth.Broadcast(-5.37397155531e-2f));
        p = TWidth.MultiplyAdd(p, z, TWidth.Broadcast(1.33314422036e-1f));
        p = TWidth.MultiplyAdd(p, z, TWidth.Broadcast(-3.33332819422e-1f));
        TVector near = TWidth.MultiplyAdd(TWidth.Multiply(p, z), x, x);
        return TWidth.IfLess(TWidth.Abs(x), TWidth.Broadcast(0.625f), near, far);
    }

    /// <summary>The standard normal distribution function; its tails keep their relative precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NormalCdf(TVector x)
    {
        TVector one = TWidth.Broadcast(1), z = TWidth.Multiply(TWidth.Abs(x), TWidth.Broadcast(0.70710678f));
        TVector t = TWidth.Divide(one, TWidth.MultiplyAdd(z, TWidth.Broadcast(0.3275911f), one));
        TVector p = TWidth.Broadcast(0.5f * 1.061405429f);
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.5f * -1.453152027f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.5f * 1.421413741f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.5f * -0.284496736f));
        p = TWidth.MultiplyAdd(p, t, TWidth.Broadcast(0.5f * 0.254829592f));
        TVector tail = TWidth.Multiply(TWidth.Multiply(p, t), Exp(TWidth.Multiply(TWidth.Multiply(x, x), TWidth.Broadcast(-0.5f))));
        return TWidth.IfLess(x, TWidth.Zero, tail, TWidth.Subtract(one, tail));
    }
}
