using System.Runtime.CompilerServices;
using Bloomery.Numerics.Memory;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The panels of one format: expansion, and the product with a single token, written once for all formats.</summary>
internal sealed unsafe class PanelMatrix<TPanel, TWidth, TVector> : PanelMatrix
    where TPanel : struct, IPanel<TPanel>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    private const int DepthBlock = PortableKernels<TWidth, TVector>.DepthBlock;
    private readonly NativeBuffer? _memory;
    private readonly NativeView _panels; // (panels, blocks of a row) panel blocks

    /// <summary>Packs <paramref name="source"/>.</summary>
    public PanelMatrix(Matrix source) : base(source.Format, source.Rows, source.Columns)
    {
        long panels = (source.Rows + (long)PanelRows - 1) / PanelRows;
        _memory = new NativeBuffer("weights", checked(panels * BlocksPerRow * TPanel.Bytes), zeroed: true, longLived: true);
        _panels = NativeView.Of(_memory);
        int blockBytes = BlockBytes;
        for (int row = 0; row < source.Rows; row++)
        {
            byte* panel = Panel(row);
            fixed (byte* blocks = source.RowBlocks(row))
                for (int b = 0; b < BlocksPerRow; b++) TPanel.Pack(blocks + (nint)b * blockBytes, panel + (nint)b * TPanel.Bytes, row % PanelRows);
        }
    }

    private PanelMatrix(PanelMatrix<TPanel, TWidth, TVector> whole, int begin, int count) : base(whole.Format, count, whole.Columns)
    {
        long panelBytes = (long)BlocksPerRow * TPanel.Bytes;
        _panels = whole._panels.Slice(begin / PanelRows * panelBytes, (count + (long)PanelRows - 1) / PanelRows * panelBytes);
    }

    private int BlocksPerRow => Columns / TPanel.Columns;

    private int BlockBytes => (int)Format.RowBytes(TPanel.Columns);

    /// <inheritdoc/>
    public override void Dequantize(int row, int count, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row, Rows - count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, (long)count * Columns);
        int blockBytes = BlockBytes;
        byte* block = stackalloc byte[blockBytes];
        for (int r = 0; r < count; r++)
            for (int b = 0; b < BlocksPerRow; b++)
            {
                TPanel.Restore(Panel(row + r) + (nint)b * TPanel.Bytes, (row + r) % PanelRows, block);
                Format.Dequantize(new ReadOnlySpan<byte>(block, blockBytes), values.Slice(r * Columns + b * TPanel.Columns, TPanel.Columns));
            }
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RowBlocks(int row, int count = 1) =>
        throw new NotSupportedException("packed weights have no rows of blocks; use Dequantize.");

    /// <inheritdoc/>
    public override Matrix SliceRows(int begin, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(begin, Rows - count);
        if (begin % PanelRows != 0) throw new ArgumentException($"packed weights are sliced at multiples of {PanelRows} rows, not at {begin}.");
        return new PanelMatrix<TPanel, TWidth, TVector>(this, begin, count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Expand(int row, int k, int depth, float* panel)
    {
        byte* block = Panel(row) + (nint)(k / TPanel.Columns) * TPanel.Bytes;
        for (int done = 0; done < depth; done += TPanel.Columns, block += TPanel.Bytes)
            for (int group = 0; group < TPanel.Columns / TPanel.Group; group++)
                for (int lane = 0; lane < PanelRows; lane += TWidth.Count)
                {
                    TVector scale = TPanel.Scale<TWidth, TVector>(block, group, lane), offset = TPanel.Offset<TWidth, TVector>(block, group, lane, scale);
                    float* target = panel + (done + group * TPanel.Group) * PanelRows + lane;
                    for (int word = 0; word < TPanel.Group / 8; word++, target += 8 * PanelRows)
                    {
                        int w = group * (TPanel.Group / 8) + word;
                        TVector low = TPanel.Low<TWidth, TVector>(block, w, lane), high = TPanel.High<TWidth, TVector>(block, w, lane);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 0), scale, offset), target);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 1), scale, offset), target + PanelRows);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 2), scale, offset), target + 2 * PanelRows);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 3), scale, offset), target + 3 * PanelRows);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 4), scale, offset), target + 4 * PanelRows);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 5), scale, offset), target + 5 * PanelRows);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 6), scale, offset), target + 6 * PanelRows);
                        TWidth.Store(TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(block, w, lane, low, high, 7), scale, offset), target + 7 * PanelRows);
                    }
                }
    }

    /// <inheritdoc/>
    public override void MultiplyOne(float* x, float* y, int begin, int end)
    {
        int step = Math.Max(PanelRows, 4 * TWidth.Count);
        float* sums = stackalloc float[64];
        for (int row = begin / PanelRows * PanelRows; row < end; row += step)
        {
            for (int part = 0; part < step && row + part < end; part += 4 * TWidth.Count)
            {
                int first = row + part;
                Dot(Vector(first, 0), Vector(first, 1), Vector(first, 2), Vector(first, 3), x, Columns, first % PanelRows, sums);
                for (int r = Math.Max(first, begin); r < Math.Min(first + 4 * TWidth.Count, end); r++) y[r] = sums[r - first];
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _memory?.Dispose();

    /// <summary>
    /// The panel of vector <paramref name="index"/> of the four from <paramref name="row"/> on; past the last row some other panel, whose sums nobody reads.
    /// </summary>
    private byte* Vector(int row, int index) => Panel(Math.Min(row + index * TWidth.Count, Rows - 1));

    private byte* Panel(int row) => _panels.Pointer + (nint)(row / PanelRows) * BlocksPerRow * TPanel.Bytes;

    /// <summary>Four vectors of rows at a time: the sums are four chains, and four streams of memory are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot(byte* p0, byte* p1, byte* p2, byte* p3, float* x, int columns, int lane, float* sums)
    {
        int lane1 = (lane + TWidth.Count) % PanelRows, lane2 = (lane + 2 * TWidth.Count) % PanelRows, lane3 = (lane + 3 * TWidth.Count) % PanelRows;
        TVector t0 = TWidth.Zero, t1 = TWidth.Zero, t2 = TWidth.Zero, t3 = TWidth.Zero;
        for (int k = 0; k < columns;)
        {
            int end = Math.Min(columns, k + DepthBlock);
            TVector a0 = TWidth.Zero, a1 = TWidth.Zero, a2 = TWidth.Zero, a3 = TWidth.Zero;
            for (; k < end; k += TPanel.Columns)
            {
                for (int group = 0; group < TPanel.Columns / TPanel.Group; group++)
                {
                    TVector s0 = TPanel.Scale<TWidth, TVector>(p0, group, lane), o0 = TPanel.Offset<TWidth, TVector>(p0, group, lane, s0);
                    TVector s1 = TPanel.Scale<TWidth, TVector>(p1, group, lane1), o1 = TPanel.Offset<TWidth, TVector>(p1, group, lane1, s1);
                    TVector s2 = TPanel.Scale<TWidth, TVector>(p2, group, lane2), o2 = TPanel.Offset<TWidth, TVector>(p2, group, lane2, s2);
                    TVector s3 = TPanel.Scale<TWidth, TVector>(p3, group, lane3), o3 = TPanel.Offset<TWidth, TVector>(p3, group, lane3, s3);
                    for (int word = 0; word < TPanel.Group / 8; word++, x += 8)
                    {
                        int w = group * (TPanel.Group / 8) + word;
                        TVector l0 = TPanel.Low<TWidth, TVector>(p0, w, lane), h0 = TPanel.High<TWidth, TVector>(p0, w, lane);
                        TVector l1 = TPanel.Low<TWidth, TVector>(p1, w, lane1), h1 = TPanel.High<TWidth, TVector>(p1, w, lane1);
                        TVector l2 = TPanel.Low<TWidth, TVector>(p2, w, lane2), h2 = TPanel.High<TWidth, TVector>(p2, w, lane2);
                        TVector l3 = TPanel.Low<TWidth, TVector>(p3, w, lane3), h3 = TPanel.High<TWidth, TVector>(p3, w, lane3);
                        TVector x0 = TWidth.Broadcast(x[0]);
                        a0 = TWidth.MultiplyAdd(x0, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 0), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x0, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 0), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x0, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 0), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x0, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 0), s3, o3), a3);
                        TVector x1 = TWidth.Broadcast(x[1]);
                        a0 = TWidth.MultiplyAdd(x1, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 1), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x1, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 1), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x1, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 1), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x1, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 1), s3, o3), a3);
                        TVector x2 = TWidth.Broadcast(x[2]);
                        a0 = TWidth.MultiplyAdd(x2, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 2), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x2, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 2), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x2, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 2), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x2, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 2), s3, o3), a3);
                        TVector x3 = TWidth.Broadcast(x[3]);
                        a0 = TWidth.MultiplyAdd(x3, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 3), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x3, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 3), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x3, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 3), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x3, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 3), s3, o3), a3);
                        TVector x4 = TWidth.Broadcast(x[4]);
                        a0 = TWidth.MultiplyAdd(x4, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 4), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x4, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 4), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x4, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 4), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x4, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 4), s3, o3), a3);
                        TVector x5 = TWidth.Broadcast(x[5]);
                        a0 = TWidth.MultiplyAdd(x5, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 5), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x5, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 5), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x5, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 5), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x5, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 5), s3, o3), a3);
                        TVector x6 = TWidth.Broadcast(x[6]);
                        a0 = TWidth.MultiplyAdd(x6, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 6), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x6, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 6), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x6, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 6), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x6, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 6), s3, o3), a3);
                        TVector x7 = TWidth.Broadcast(x[7]);
                        a0 = TWidth.MultiplyAdd(x7, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p0, w, lane, l0, h0, 7), s0, o0), a0);
                        a1 = TWidth.MultiplyAdd(x7, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p1, w, lane1, l1, h1, 7), s1, o1), a1);
                        a2 = TWidth.MultiplyAdd(x7, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p2, w, lane2, l2, h2, 7), s2, o2), a2);
                        a3 = TWidth.MultiplyAdd(x7, TWidth.MultiplyAdd(TPanel.Code<TWidth, TVector>(p3, w, lane3, l3, h3, 7), s3, o3), a3);
                    }
                }
                p0 += TPanel.Bytes;
                p1 += TPanel.Bytes;
                p2 += TPanel.Bytes;
                p3 += TPanel.Bytes;
            }
            t0 = TWidth.Add(t0, a0);
            t1 = TWidth.Add(t1, a1);
            t2 = TWidth.Add(t2, a2);
            t3 = TWidth.Add(t3, a3);
        }
        TWidth.Store(t0, sums);
        TWidth.Store(t1, sums + TWidth.Count);
        TWidth.Store(t2, sums + 2 * TWidth.Count);
        TWidth.Store(t3, sums + 3 * TWidth.Count);
    }
}
