using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>
/// The one matrix product under linear layers and attention: c[t, lane] (+)= sum over k of x[t, k] * b[k, lane], for two vectors of lanes at a time.
/// </summary>
/// <remarks>
/// Accumulators stay in registers (24 of 32, or 8 of 16): each k costs two loads of b and one broadcast per row of x. Unrolled by hand, because the compiler
/// keeps arrays of accumulators in memory.
/// A lane's sum runs over k in order and never depends on how many rows are done together.
/// </remarks>
internal static unsafe class MicroKernel<TWidth, TVector>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    /// <summary>Lanes of one call: two vectors.</summary>
    public static int Lanes => 2 * TWidth.Count;

    /// <summary>Multiplies <paramref name="rows"/> rows.</summary>
    /// <param name="x">(rows, depth), ldx floats from row to row.</param>
    /// <param name="ldx">Row stride of x.</param>
    /// <param name="b0">(depth, one vector): the first half of the lanes.</param>
    /// <param name="b1">(depth, one vector): the second half.</param>
    /// <param name="ldb">Stride from k to k of both halves.</param>
    /// <param name="depth">Products per sum.</param>
    /// <param name="c">(rows, Lanes), ldc floats from row to row.</param>
    /// <param name="ldc">Row stride of c.</param>
    /// <param name="rows">Rows of x and c.</param>
    /// <param name="add">Whether c keeps what it holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* x, nint ldx, float* b0, float* b1, nint ldb, int depth, float* c, nint ldc, int rows, bool add)
    {
        if (TWidth.ManyRegisters)
            for (; rows >= 12; rows -= 12, x += 12 * ldx, c += 12 * ldc) Tile12(x, ldx, b0, b1, ldb, depth, c, ldc, add);
        for (; rows >= 4; rows -= 4, x += 4 * ldx, c += 4 * ldc) Tile4(x, ldx, b0, b1, ldb, depth, c, ldc, add);
        if (rows >= 2)
        {
            Tile2(x, ldx, b0, b1, ldb, depth, c, ldc, add);
            rows -= 2;
            x += 2 * ldx;
            c += 2 * ldc;
        }
        if (rows == 1) Tile1(x, b0, b1, ldb, depth, c, add);
    }

    /// <summary>12 rows of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12(float* x, nint ldx, float* b0, float* b1, nint ldb, int depth, float* c, nint ldc, bool add)
    {
        float* x0 = x, x3 = x + 3 * ldx, x6 = x + 6 * ldx, x9 = x + 9 * ldx;
        nint second = TWidth.Count;
        TVector s0 = TWidth.Zero, t0 = TWidth.Zero, s1 = TWidth.Zero, t1 = TWidth.Zero, s2 = TWidth.Zero, t2 = TWidth.Zero, s3 = TWidth.Zero, t3 = TWidth.Zero;
        TVector s4 = TWidth.Zero, t4 = TWidth.Zero, s5 = TWidth.Zero, t5 = TWidth.Zero, s6 = TWidth.Zero, t6 = TWidth.Zero, s7 = TWidth.Zero, t7 = TWidth.Zero;
        TVector s8 = TWidth.Zero, t8 = TWidth.Zero, s9 = TWidth.Zero, t9 = TWidth.Zero, s10 = TWidth.Zero, t10 = TWidth.Zero, s11 = TWidth.Zero,
            t11 = TWidth.Zero;
        for (int k = 0; k < depth; k++)
        {
            TVector u = TWidth.Load(b0), v = TWidth.Load(b1), a;
            a = TWidth.Broadcast(*(x0));
            s0 = TWidth.MultiplyAdd(a, u, s0);
            t0 = TWidth.MultiplyAdd(a, v, t0);
            a = TWidth.Broadcast(*(x0 + ldx));
            s1 = TWidth.MultiplyAdd(a, u, s1);
            t1 = TWidth.MultiplyAdd(a, v, t1);
            a = TWidth.Broadcast(*(x0 + 2 * ldx));
            s2 = TWidth.MultiplyAdd(a, u, s2);
            t2 = TWidth.MultiplyAdd(a, v, t2);
            a = TWidth.Broadcast(*(x3));
            s3 = TWidth.MultiplyAdd(a, u, s3);
            t3 = TWidth.MultiplyAdd(a, v, t3);
            a = TWidth.Broadcast(*(x3 + ldx));
            s4 = TWidth.MultiplyAdd(a, u, s4);
            t4 = TWidth.MultiplyAdd(a, v, t4);
            a = TWidth.Broadcast(*(x3 + 2 * ldx));
            s5 = TWidth.MultiplyAdd(a, u, s5);
            t5 = TWidth.MultiplyAdd(a, v, t5);
            a = TWidth.Broadcast(*(x6));
            s6 = TWidth.MultiplyAdd(a, u, s6);
            t6 = TWidth.MultiplyAdd(a, v, t6);
            a = TWidth.Broadcast(*(x6 + ldx));
            s7 = TWidth.MultiplyAdd(a, u, s7);
            t7 = TWidth.MultiplyAdd(a, v, t7);
            a = TWidth.Broadcast(*(x6 + 2 * ldx));
            s8 = TWidth.MultiplyAdd(a, u, s8);
            t8 = TWidth.MultiplyAdd(a, v, t8);
            a = TWidth.Broadcast(*(x9));
            s9 = TWidth.MultiplyAdd(a, u, s9);
            t9 = TWidth.MultiplyAdd(a, v, t9);
            a = TWidth.Broadcast(*(x9 + ldx));
            s10 = TWidth.MultiplyAdd(a, u, s10);
            t10 = TWidth.MultiplyAdd(a, v, t10);
            a = TWidth.Broadcast(*(x9 + 2 * ldx));
            s11 = TWidth.MultiplyAdd(a, u, s11);
            t11 = TWidth.MultiplyAdd(a, v, t11);
            b0 += ldb;
            b1 += ldb;
            x0++;
            x3++;
            x6++;
            x9++;
        }
        if (add)
        {
            s0 = TWidth.Add(TWidth.Load(c), s0);
            t0 = TWidth.Add(TWidth.Load(c + second), t0);
            s1 = TWidth.Add(TWidth.Load(c + ldc), s1);
            t1 = TWidth.Add(TWidth.Load(c + ldc + second), t1);
            s2 = TWidth.Add(TWidth.Load(c + 2 * ldc), s2);
            t2 = TWidth.Add(TWidth.Load(c + 2 * ldc + second), t2);
            s3 = TWidth.Add(TWidth.Load(c + 3 * ldc), s3);
            t3 = TWidth.Add(TWidth.Load(c + 3 * ldc + second), t3);
            s4 = TWidth.Add(TWidth.Load(c + 4 * ldc), s4);
            t4 = TWidth.Add(TWidth.Load(c + 4 * ldc + second), t4);
            s5 = TWidth.Add(TWidth.Load(c + 5 * ldc), s5);
            t5 = TWidth.Add(TWidth.Load(c + 5 * ldc + second), t5);
            s6 = TWidth.Add(TWidth.Load(c + 6 * ldc), s6);
            t6 = TWidth.Add(TWidth.Load(c + 6 * ldc + second), t6);
            s7 = TWidth.Add(TWidth.Load(c + 7 * ldc), s7);
            t7 = TWidth.Add(TWidth.Load(c + 7 * ldc + second), t7);
            s8 = TWidth.Add(TWidth.Load(c + 8 * ldc), s8);
            t8 = TWidth.Add(TWidth.Load(c + 8 * ldc + second), t8);
            s9 = TWidth.Add(TWidth.Load(c + 9 * ldc), s9);
            t9 = TWidth.Add(TWidth.Load(c + 9 * ldc + second), t9);
            s10 = TWidth.Add(TWidth.Load(c + 10 * ldc), s10);
            t10 = TWidth.Add(TWidth.Load(c + 10 * ldc + second), t10);
            s11 = TWidth.Add(TWidth.Load(c + 11 * ldc), s11);
            t11 = TWidth.Add(TWidth.Load(c + 11 * ldc + second), t11);
        }
        TWidth.Store(s0, c);
        TWidth.Store(t0, c + second);
        TWidth.Store(s1, c + ldc);
        TWidth.Store(t1, c + ldc + second);
        TWidth.Store(s2, c + 2 * ldc);
        TWidth.Store(t2, c + 2 * ldc + second);
        TWidth.Store(s3, c + 3 * ldc);
        TWidth.Store(t3, c + 3 * ldc + second);
        TWidth.Store(s4, c + 4 * ldc);
        TWidth.Store(t4, c + 4 * ldc + second);
        TWidth.Store(s5, c + 5 * ldc);
        TWidth.Store(t5, c + 5 * ldc + second);
        TWidth.Store(s6, c + 6 * ldc);
        TWidth.Store(t6, c + 6 * ldc + second);
        TWidth.Store(s7, c + 7 * ldc);
        TWidth.Store(t7, c + 7 * ldc + second);
        TWidth.Store(s8, c + 8 * ldc);
        TWidth.Store(t8, c + 8 * ldc + second);
        TWidth.Store(s9, c + 9 * ldc);
        TWidth.Store(t9, c + 9 * ldc + second);
        TWidth.Store(s10, c + 10 * ldc);
        TWidth.Store(t10, c + 10 * ldc + second);
        TWidth.Store(s11, c + 11 * ldc);
        TWidth.Store(t11, c + 11 * ldc + second);
    }

    /// <summary>4 rows of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(float* x, nint ldx, float* b0, float* b1, nint ldb, int depth, float* c, nint ldc, bool add)
    {
        float* x0 = x, x3 = x + 3 * ldx;
        nint second = TWidth.Count;
        TVector s0 = TWidth.Zero, t0 = TWidth.Zero, s1 = TWidth.Zero, t1 = TWidth.Zero, s2 = TWidth.Zero, t2 = TWidth.Zero, s3 = TWidth.Zero, t3 = TWidth.Zero;
        for (int k = 0; k < depth; k++)
        {
            TVector u = TWidth.Load(b0), v = TWidth.Load(b1), a;
            a = TWidth.Broadcast(*(x0));
            s0 = TWidth.MultiplyAdd(a, u, s0);
            t0 = TWidth.MultiplyAdd(a, v, t0);
            a = TWidth.Broadcast(*(x0 + ldx));
            s1 = TWidth.MultiplyAdd(a, u, s1);
            t1 = TWidth.MultiplyAdd(a, v, t1);
            a = TWidth.Broadcast(*(x0 + 2 * ldx));
            s2 = TWidth.MultiplyAdd(a, u, s2);
            t2 = TWidth.MultiplyAdd(a, v, t2);
            a = TWidth.Broadcast(*(x3));
            s3 = TWidth.MultiplyAdd(a, u, s3);
            t3 = TWidth.MultiplyAdd(a, v, t3);
            b0 += ldb;
            b1 += ldb;
            x0++;
            x3++;
        }
        if (add)
        {
            s0 = TWidth.Add(TWidth.Load(c), s0);
            t0 = TWidth.Add(TWidth.Load(c + second), t0);
            s1 = TWidth.Add(TWidth.Load(c + ldc), s1);
            t1 = TWidth.Add(TWidth.Load(c + ldc + second), t1);
            s2 = TWidth.Add(TWidth.Load(c + 2 * ldc), s2);
            t2 = TWidth.Add(TWidth.Load(c + 2 * ldc + second), t2);
            s3 = TWidth.Add(TWidth.Load(c + 3 * ldc), s3);
            t3 = TWidth.Add(TWidth.Load(c + 3 * ldc + second), t3);
        }
        TWidth.Store(s0, c);
        TWidth.Store(t0, c + second);
        TWidth.Store(s1, c + ldc);
        TWidth.Store(t1, c + ldc + second);
        TWidth.Store(s2, c + 2 * ldc);
        TWidth.Store(t2, c + 2 * ldc + second);
        TWidth.Store(s3, c + 3 * ldc);
        TWidth.Store(t3, c + 3 * ldc + second);
    }

    /// <summary>2 rows of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(float* x, nint ldx, float* b0, float* b1, nint ldb, int depth, float* c, nint ldc, bool add)
    {
        float* x0 = x;
        nint second = TWidth.Count;
        TVector s0 = TWidth.Zero, t0 = TWidth.Zero, s1 = TWidth.Zero, t1 = TWidth.Zero;
        for (int k = 0; k < depth; k++)
        {
            TVector u = TWidth.Load(b0), v = TWidth.Load(b1), a;
            a = TWidth.Broadcast(*(x0));
            s0 = TWidth.MultiplyAdd(a, u, s0);
            t0 = TWidth.MultiplyAdd(a, v, t0);
            a = TWidth.Broadcast(*(x0 + ldx));
            s1 = TWidth.MultiplyAdd(a, u, s1);
            t1 = TWidth.MultiplyAdd(a, v, t1);
            b0 += ldb;
            b1 += ldb;
            x0++;
        }
        if (add)
        {
            s0 = TWidth.Add(TWidth.Load(c), s0);
            t0 = TWidth.Add(TWidth.Load(c + second), t0);
            s1 = TWidth.Add(TWidth.Load(c + ldc), s1);
            t1 = TWidth.Add(TWidth.Load(c + ldc + second), t1);
        }
        TWidth.Store(s0, c);
        TWidth.Store(t0, c + second);
        TWidth.Store(s1, c + ldc);
        TWidth.Store(t1, c + ldc + second);
    }

    /// <summary>1 row of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(float* x, float* b0, float* b1, nint ldb, int depth, float* c, bool add)
    {
        float* x0 = x;
        nint second = TWidth.Count;
        TVector s0 = TWidth.Zero, t0 = TWidth.Zero;
        for (int k = 0; k < depth; k++)
        {
            TVector u = TWidth.Load(b0), v = TWidth.Load(b1), a;
            a = TWidth.Broadcast(*(x0));
            s0 = TWidth.MultiplyAdd(a, u, s0);
            t0 = TWidth.MultiplyAdd(a, v, t0);
            b0 += ldb;
            b1 += ldb;
            x0++;
        }
        if (add)
        {
            s0 = TWidth.Add(TWidth.Load(c), s0);
            t0 = TWidth.Add(TWidth.Load(c + second), t0);
        }
        TWidth.Store(s0, c);
        TWidth.Store(t0, c + second);
    }
}
