using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Transposes by squares of 4 x 4 in registers.</summary>
internal static unsafe class Transposition
{
    /// <summary>target[c, r] = source[r, c]; <paramref name="rows"/> is a multiple of 4, the columns past the last multiple of 4 go one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        for (int r = 0; r < rows; r += 4)
        {
            float* s = source + r * sourceStride, t = target + r;
            int c = 0;
            for (; c <= columns - 4; c += 4) Square(s + c, sourceStride, t + c * targetStride, targetStride);
            for (; c < columns; c++)
                for (int i = 0; i < 4; i++) t[c * targetStride + i] = s[i * sourceStride + c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(float* s, nint sourceStride, float* t, nint targetStride)
    {
        Vector128<float> odd = Vector128.Create(0, -1, 0, -1).AsSingle(), high = Vector128.Create(0, 0, -1, -1).AsSingle();
        Vector128<float> a = Vector128.Load(s), b = Vector128.Load(s + sourceStride), c = Vector128.Load(s + 2 * sourceStride),
            d = Vector128.Load(s + 3 * sourceStride);
        // a0 b0 a2 b2 | a1 b1 a3 b3, the same of c and d; then halves change places
        Vector128<float> ab0 = Vector128.ConditionalSelect(odd, Vector128.Shuffle(b, Vector128.Create(0, 0, 2, 2)), a);
        Vector128<float> ab1 = Vector128.ConditionalSelect(odd, b, Vector128.Shuffle(a, Vector128.Create(1, 1, 3, 3)));
        Vector128<float> cd0 = Vector128.ConditionalSelect(odd, Vector128.Shuffle(d, Vector128.Create(0, 0, 2, 2)), c);
        Vector128<float> cd1 = Vector128.ConditionalSelect(odd, d, Vector128.Shuffle(c, Vector128.Create(1, 1, 3, 3)));
        Vector128.Store(Vector128.ConditionalSelect(high, Vector128.Shuffle(cd0, Vector128.Create(0, 1, 0, 1)), ab0), t);
        Vector128.Store(Vector128.ConditionalSelect(high, Vector128.Shuffle(cd1, Vector128.Create(0, 1, 0, 1)), ab1), t + targetStride);
        Vector128.Store(Vector128.ConditionalSelect(high, cd0, Vector128.Shuffle(ab0, Vector128.Create(2, 3, 2, 3))), t + 2 * targetStride);
        Vector128.Store(Vector128.ConditionalSelect(high, cd1, Vector128.Shuffle(ab1, Vector128.Create(2, 3, 2, 3))), t + 3 * targetStride);
    }
}
