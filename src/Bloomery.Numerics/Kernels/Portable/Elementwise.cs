using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>A function of one vector.</summary>
internal interface IUnary<TVector>
{
    TVector Apply(TVector x);
}

/// <summary>A function of two vectors.</summary>
internal interface IBinary<TVector>
{
    TVector Apply(TVector a, TVector b);
}

/// <summary>
/// Loops that apply a function to every element. The last, partial vector goes through a buffer on the stack, so that no byte outside the spans is touched.
/// </summary>
internal static unsafe class Elementwise<TWidth, TVector>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TFunction>(TFunction f, ReadOnlySpan<float> x, Span<float> y) where TFunction : struct, IUnary<TVector>
    {
        KernelChecks.Same(x.Length, y.Length);
        fixed (float* px = x, py = y)
        {
            int i = 0, n = x.Length;
            for (; i <= n - TWidth.Count; i += TWidth.Count) TWidth.Store(f.Apply(TWidth.Load(px + i)), py + i);
            if (i == n) return;
            float* rest = stackalloc float[TWidth.Count];
            Copy(px + i, rest, n - i);
            TWidth.Store(f.Apply(TWidth.Load(rest)), rest);
            Copy(rest, py + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Zip<TFunction>(TFunction f, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) where TFunction : struct, IBinary<TVector>
    {
        KernelChecks.Same(a.Length, b.Length, y.Length);
        fixed (float* pa = a, pb = b, py = y)
        {
            int i = 0, n = a.Length;
            for (; i <= n - TWidth.Count; i += TWidth.Count) TWidth.Store(f.Apply(TWidth.Load(pa + i), TWidth.Load(pb + i)), py + i);
            if (i == n) return;
            float* rest = stackalloc float[2 * TWidth.Count];
            Copy(pa + i, rest, n - i);
            Copy(pb + i, rest + TWidth.Count, n - i);
            TWidth.Store(f.Apply(TWidth.Load(rest), TWidth.Load(rest + TWidth.Count)), rest);
            Copy(rest, py + i, n - i);
        }
    }

    private static void Copy(float* source, float* target, int count)
    {
        for (int i = 0; i < count; i++) target[i] = source[i];
    }
}
