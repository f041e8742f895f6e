using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels;

/// <summary>The checks at the door of every tier: behind them kernels use raw pointers.</summary>
internal static class KernelChecks
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Same(int a, int b)
    {
        if (a != b) ThrowLengths(a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Same(int a, int b, int c)
    {
        if (a != b) ThrowLengths(a, b);
        if (a != c) ThrowLengths(a, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SameOrEmpty(int a, int b)
    {
        if (b != 0 && a != b) ThrowLengths(a, b);
    }

    public static void Rotate(int head, int cos, int sin)
    {
        Same(cos, sin);
        if (2L * cos > head) throw new ArgumentException($"{cos} pairs do not fit a head of {head} elements.");
    }

    public static void StoreKv(int row, KvType type, int slot)
    {
        int needed = KvLayout.RowBytes(type, row);
        if (slot != needed) throw new ArgumentException($"a row of {row} elements as {type} takes {needed} bytes, not {slot}.");
    }

    public static void MatMul(Matrix weights, int x, int y, int tokens, int rowBegin, int rowEnd, int scratch, int scratchNeeded)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(rowBegin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowEnd, weights.Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowBegin, rowEnd);
        if (x != (long)tokens * weights.Columns) throw new ArgumentException($"x holds {x} elements, not {tokens} x {weights.Columns}.");
        if (y != (long)tokens * weights.Rows) throw new ArgumentException($"y holds {y} elements, not {tokens} x {weights.Rows}.");
        if (scratch < scratchNeeded) throw new ArgumentException($"scratch holds {scratch} bytes; {scratchNeeded} are needed.");
    }

    public static void Attend(in AttentionTile tile, in KvPage page, in AttentionState state, int scratch, int scratchNeeded)
    {
        int rows = tile.Rows, slots = page.Positions.Length;
        Holds("queries", tile.Queries.Length, (long)rows * tile.KeyDim);
        if (!tile.Slopes.IsEmpty) Holds("slopes", tile.Slopes.Length, rows);
        if (!tile.RelativeBias.IsEmpty) Holds("relative biases", tile.RelativeBias.Length, rows * (2L * tile.RelativeSpan + 1));
        Holds("maxima", state.Max.Length, rows);
        Holds("sums", state.Sum.Length, rows);
        Holds("outputs", state.Output.Length, (long)rows * tile.ValueDim);
        AtLeast("key bytes", page.Keys.Length, (long)slots * KvLayout.RowBytes(page.KeyType, tile.KeyDim));
        AtLeast("value bytes", page.Values.Length, (long)slots * KvLayout.RowBytes(page.ValueType, tile.ValueDim));
        AtLeast("scratch floats", scratch, scratchNeeded);
    }

    public static void FinishAttention(in AttentionState state, int valueDim)
    {
        Same(state.Max.Length, state.Sum.Length);
        Holds("outputs", state.Output.Length, (long)state.Max.Length * valueDim);
    }

    private static void Holds(string what, int found, long wanted)
    {
        if (found != wanted) throw new ArgumentException($"{found} {what}; {wanted} are expected.");
    }

    private static void AtLeast(string what, int found, long wanted)
    {
        if (found < wanted) throw new ArgumentException($"{found} {what}; {wanted} are needed.");
    }

    [DoesNotReturn]
    private static void ThrowLengths(int a, int b) => throw new ArgumentException($"lengths differ: {a} and {b}.");
}
