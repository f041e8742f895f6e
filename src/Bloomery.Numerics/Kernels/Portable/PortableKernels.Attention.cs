using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bloomery.Numerics.Kernels.Reference;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>
/// Attention over one page: each key and value that some row may see is converted once for the whole tile; scores have a lane per slot, outputs a lane per
/// element,
/// so that both products are the micro-kernel's.
/// </summary>
internal abstract unsafe partial class PortableKernels<TWidth, TVector>
{
    /// <inheritdoc/>
    public override void StoreKv(ReadOnlySpan<float> row, KvType type, Span<byte> slot)
    {
        KernelChecks.StoreKv(row.Length, type, slot.Length);
        switch (type)
        {
            case KvType.F32: MemoryMarshal.AsBytes(row).CopyTo(slot); break;
            case KvType.F16 or KvType.BF16: KvRows<TWidth, TVector>.Store(row, type, slot); break;
            default: KvRow.Store(row, type, slot); break;
        }
    }

    /// <inheritdoc/>
    public override int AttendScratchFloats(int rows, int keyDim, int valueDim, int pageSlots) =>
        new AttendScratch(rows, keyDim, valueDim, pageSlots, MicroKernel<TWidth, TVector>.Lanes).Floats;

    /// <inheritdoc/>
    public override void Attend(in AttentionTile tile, in KvPage page, in AttentionState state, Span<float> scratch)
    {
        AttendScratch layout = new(tile.Rows, tile.KeyDim, tile.ValueDim, page.Positions.Length, MicroKernel<TWidth, TVector>.Lanes);
        KernelChecks.Attend(tile, page, state, scratch.Length, layout.Floats);
        if (tile.Rows == 0 || page.Positions.IsEmpty) return;
        VisibleSlots visible = new(tile, page.Positions, TWidth.Count);
        if (visible.Count == 0) return;
        fixed (float* s = scratch, queries = tile.Queries, output = state.Output)
        {
            LoadKeys(tile, page, visible, layout, s);
            int lanes = MicroKernel<TWidth, TVector>.Lanes, rows = tile.Rows;
            for (int lane = 0; lane < visible.Count; lane += lanes)
                MicroKernel<TWidth, TVector>.Multiply(queries, tile.KeyDim, s + layout.Keys + lane, s + layout.Keys + lane + TWidth.Count, layout.Slots,
                    tile.KeyDim, s + layout.Scores + lane, layout.Slots, rows, add: false);
            for (int row = 0; row < rows; row++) SoftmaxRow(tile, state, visible, layout, row, s + layout.Scores + row * layout.Slots, s + layout.Positions);
            AddValues(tile, page, visible, layout, s, output);
        }
    }

    /// <inheritdoc/>
    public override void FinishAttention(in AttentionState state, int valueDim)
    {
        KernelChecks.FinishAttention(state, valueDim);
        for (int row = 0; row < state.Max.Length; row++)
        {
            Span<float> output = state.Output.Slice(row * valueDim, valueDim);
            float sum = state.Sum[row];
            if (sum == 0)
            {
                output.Clear();
                state.Max[row] = float.NegativeInfinity;
                continue;
            }
            Scale(output, 1 / sum, output);
            state.Max[row] += MathF.Log(sum);
        }
    }

    /// <summary>Keys as (keyDim, slots), and the slots' positions; what no row sees, and the slots that fill the last vector, are zeros.</summary>
    private static void LoadKeys(in AttentionTile tile, in KvPage page, in VisibleSlots visible, in AttendScratch layout, float* s)
    {
        int padded = (visible.Count + 3) / 4 * 4, rowBytes = KvLayout.RowBytes(page.KeyType, tile.KeyDim);
        fixed (byte* keys = page.Keys)
            for (int i = 0; i < padded; i++)
            {
                float* row = s + layout.KeyRows + i * tile.KeyDim;
                if (i < visible.Count && visible.Sees(page.Positions[visible.First + i]))
                    KvRows<TWidth, TVector>.Load(keys + (nint)(visible.First + i) * rowBytes, page.KeyType, tile.KeyDim, row);
                else new Span<float>(row, tile.KeyDim).Clear();
            }
        Transposition.Transpose(s + layout.KeyRows, tile.KeyDim, padded, tile.KeyDim, s + layout.Keys, layout.Slots);
        for (int i = 0; i < layout.Slots; i++)
            s[layout.Positions + i] = i < visible.Count ? (long)page.Positions[visible.First + i] - visible.Origin : float.PositiveInfinity;
    }

    /// <summary>Turns a row's scores into weights exp(score - max) and rescales what the row has gathered so far.</summary>
    private static void SoftmaxRow(in AttentionTile tile, in AttentionState state, in VisibleSlots visible, in AttendScratch layout, int row, float* scores,
        float* positions)
    {
        float slope = tile.Slopes.IsEmpty ? 0 : tile.Slopes[row], scale = tile.Scale, before = state.Max[row];
        if (!tile.RelativeBias.IsEmpty)
        {
            AddRelativeBias(tile, visible, row, scores, positions);
            scale = 1;
        }
        float max = Math.Max(before, ScoreRow(scores, positions, layout.Slots, scale, slope, tile, visible, row));
        if (float.IsNegativeInfinity(max))
        {
            new Span<float>(scores, layout.Slots).Clear();
            return;
        }
        float sum = ExpRow(scores, layout.Slots, max);
        if (before == max)
        {
            state.Sum[row] += sum;
            return;
        }
        float kept = MathF.Exp(before - max);
        state.Sum[row] = state.Sum[row] * kept + sum;
        state.Max[row] = max;
        Span<float> output = state.Output.Slice(row * tile.ValueDim, tile.ValueDim);
        Elementwise<TWidth, TVector>.Map(new Functions<TWidth, TVector>.Scale(kept), output, output);
    }

    /// <summary>Scales the products and adds the bias of each distance (few models want it: one slot at a time).</summary>
    private static void AddRelativeBias(in AttentionTile tile, in VisibleSlots visible, int row, float* scores, float* positions)
    {
        int span = tile.RelativeSpan;
        ReadOnlySpan<float> bias = tile.RelativeBias.Slice(row * (2 * span + 1), 2 * span + 1);
        float query = (long)tile.Positions[row] - visible.Origin;
        for (int i = 0; i < visible.Count; i++)
            scores[i] = scores[i] * tile.Scale + bias[span + (int)Math.Clamp(positions[i] - query, -span, span)];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ScoreRow(float* scores, float* positions, int slots, float scale, float slope, in AttentionTile tile, in VisibleSlots visible, int row)
    {
        TVector hidden = TWidth.Broadcast(float.NegativeInfinity), best = hidden, factor = TWidth.Broadcast(scale);
        float query = (long)tile.Positions[row] - visible.Origin;
        TVector oldest = TWidth.Broadcast(query - tile.Before), newest = TWidth.Broadcast(query + tile.After), origin = TWidth.Broadcast(visible.Origin);
        for (int i = 0; i < slots; i += TWidth.Count)
        {
            TVector score = TWidth.Multiply(TWidth.Load(scores + i), factor), position = TWidth.Load(positions + i);
            if (slope != 0)
            {
                TVector alibi = TWidth.Multiply(TWidth.Add(position, origin), TWidth.Broadcast(slope));
                if (tile.RoundAlibi) alibi = TWidth.RoundToBFloat(alibi);
                score = TWidth.MultiplyAdd(alibi, TWidth.Broadcast(tile.AlibiScale), score);
            }
            if (tile.SoftCap > 0)
            {
                TVector cap = TWidth.Broadcast(tile.SoftCap);
                score = TWidth.Multiply(cap, VectorMath<TWidth, TVector>.Tanh(TWidth.Divide(score, cap)));
            }
            if (!visible.All || i + TWidth.Count > visible.Count)
                score = TWidth.IfLess(oldest, position, TWidth.IfLess(position, newest, score, hidden), hidden);
            TWidth.Store(score, scores + i);
            best = TWidth.Max(score, best);
        }
        return TWidth.MaxAcross(best);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ExpRow(float* scores, int slots, float max)
    {
        TVector sum = TWidth.Zero, top = TWidth.Broadcast(max);
        for (int i = 0; i < slots; i += TWidth.Count)
        {
            TVector e = VectorMath<TWidth, TVector>.Exp(TWidth.Subtract(TWidth.Load(scores + i), top));
            TWidth.Store(e, scores + i);
            sum = TWidth.Add(sum, e);
        }
        return TWidth.Sum(sum);
    }

    /// <summary>output += weights * values.</summary>
    private static void AddValues(in AttentionTile tile, in KvPage page, in VisibleSlots visible, in AttendScratch layout, float* s, float* output)
    {
        int lanes = MicroKernel<TWidth, TVector>.Lanes, dim = tile.ValueDim, rowBytes = KvLayout.RowBytes(page.ValueType, dim);
        float* values = s + layout.Values;
        fixed (byte* bytes = page.Values)
            for (int i = 0; i < visible.Count; i++)
            {
                float* row = values + i * layout.ValueStride;
                if (visible.Sees(page.Positions[visible.First + i]))
                    KvRows<TWidth, TVector>.Load(bytes + (nint)(visible.First + i) * rowBytes, page.ValueType, dim, row);
                else new Span<float>(row, dim).Clear();
                for (int j = dim; j < layout.ValueStride; j++) row[j] = 0;
            }
        if (!visible.All && !AreFinite(values, visible.Count * layout.ValueStride)) AddOddValues(tile, page, visible, layout, s, output);
        for (int lane = 0; lane < dim; lane += lanes)
        {
            float* b0 = values + lane, b1 = b0 + TWidth.Count, weights = s + layout.Scores;
            if (lane + lanes <= dim)
            {
                MicroKernel<TWidth, TVector>
                    .Multiply(weights, layout.Slots, b0, b1, layout.ValueStride, visible.Count, output + lane, dim, tile.Rows, add: true);
                continue;
            }
            float* edge = s + layout.Edge;
            MicroKernel<TWidth, TVector>.Multiply(weights, layout.Slots, b0, b1, layout.ValueStride, visible.Count, edge, lanes, tile.Rows, add: false);
            for (int row = 0; row < tile.Rows; row++)
                for (int i = lane; i < dim; i++) output[row * dim + i] += edge[row * lanes + i - lane];
        }
    }

    /// <summary>
    /// Adds infinities and NaN to the rows that see them, and takes them out of the product: there, a weight of 0 would spoil the rows that do not.
    /// </summary>
    private static void AddOddValues(in AttentionTile tile, in KvPage page, in VisibleSlots visible, in AttendScratch layout, float* s, float* output)
    {
        for (int i = 0; i < visible.Count; i++)
        {
            long position = page.Positions[visible.First + i];
            for (int j = 0; j < tile.ValueDim; j++)
            {
                ref float value = ref s[layout.Values + i * layout.ValueStride + j];
                if (float.IsFinite(value)) continue;
                for (int row = 0; row < tile.Rows; row++)
                    if (position > (long)tile.Positions[row] - tile.Before && position < (long)tile.Positions[row] + tile.After)
                        output[row * tile.ValueDim + j] += s[layout.Scores + row * layout.Slots + i] * value;
                value = 0;
            }
        }
    }

    /// <summary>Whether all numbers are; the count is a multiple of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreFinite(float* values, int count)
    {
        TVector odd = TWidth.Zero;
        for (int i = 0; i < count; i += TWidth.Count)
        {
            TVector value = TWidth.Load(values + i);
            odd = TWidth.Add(odd, TWidth.Subtract(value, value));
        }
        return TWidth.Sum(odd) == 0;
    }
}
