using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Sums and maxima over spans: four accumulators, then the rest one by one.</summary>
internal static unsafe class Reductions<TWidth, TVector>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        KernelChecks.Same(a.Length, b.Length);
        fixed (float* pa = a, pb = b)
        {
            int i = 0, n = a.Length, w = TWidth.Count;
            TVector s0 = TWidth.Zero, s1 = TWidth.Zero, s2 = TWidth.Zero, s3 = TWidth.Zero;
            for (; i <= n - 4 * w; i += 4 * w)
            {
                s0 = TWidth.MultiplyAdd(TWidth.Load(pa + i), TWidth.Load(pb + i), s0);
                s1 = TWidth.MultiplyAdd(TWidth.Load(pa + i + w), TWidth.Load(pb + i + w), s1);
                s2 = TWidth.MultiplyAdd(TWidth.Load(pa + i + 2 * w), TWidth.Load(pb + i + 2 * w), s2);
                s3 = TWidth.MultiplyAdd(TWidth.Load(pa + i + 3 * w), TWidth.Load(pb + i + 3 * w), s3);
            }
            for (; i <= n - w; i += w) s0 = TWidth.MultiplyAdd(TWidth.Load(pa + i), TWidth.Load(pb + i), s0);
            float sum = TWidth.Sum(TWidth.Add(TWidth.Add(s0, s1), TWidth.Add(s2, s3)));
            for (; i < n; i++) sum += pa[i] * pb[i];
            return sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(ReadOnlySpan<float> x)
    {
        fixed (float* p = x)
        {
            int i = 0, n = x.Length, w = TWidth.Count;
            TVector s0 = TWidth.Zero, s1 = TWidth.Zero, s2 = TWidth.Zero, s3 = TWidth.Zero;
            for (; i <= n - 4 * w; i += 4 * w)
            {
                s0 = TWidth.Add(TWidth.Load(p + i), s0);
                s1 = TWidth.Add(TWidth.Load(p + i + w), s1);
                s2 = TWidth.Add(TWidth.Load(p + i + 2 * w), s2);
                s3 = TWidth.Add(TWidth.Load(p + i + 3 * w), s3);
            }
            for (; i <= n - w; i += w) s0 = TWidth.Add(TWidth.Load(p + i), s0);
            float sum = TWidth.Sum(TWidth.Add(TWidth.Add(s0, s1), TWidth.Add(s2, s3)));
            for (; i < n; i++) sum += p[i];
            return sum;
        }
    }

    /// <summary>The sum of (x - mean)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SquaredDeviations(ReadOnlySpan<float> x, float mean)
    {
        fixed (float* p = x)
        {
            int i = 0, n = x.Length, w = TWidth.Count;
            TVector m = TWidth.Broadcast(mean), s0 = TWidth.Zero, s1 = TWidth.Zero;
            for (; i <= n - 2 * w; i += 2 * w)
            {
                TVector a = TWidth.Subtract(TWidth.Load(p + i), m), b = TWidth.Subtract(TWidth.Load(p + i + w), m);
                s0 = TWidth.MultiplyAdd(a, a, s0);
                s1 = TWidth.MultiplyAdd(b, b, s1);
            }
            float sum = TWidth.Sum(TWidth.Add(s0, s1));
            for (; i < n; i++) sum += (p[i] - mean) * (p[i] - mean);
            return sum;
        }
    }

    /// <summary>The largest element that is not NaN; -inf of nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(ReadOnlySpan<float> x)
    {
        fixed (float* p = x)
        {
            int i = 0, n = x.Length, w = TWidth.Count;
            TVector best = TWidth.Broadcast(float.NegativeInfinity);
            for (; i <= n - w; i += w) best = TWidth.Max(TWidth.Load(p + i), best);
            float max = TWidth.MaxAcross(best);
            for (; i < n; i++) max = p[i] > max ? p[i] : max;
            return max;
        }
    }
}
