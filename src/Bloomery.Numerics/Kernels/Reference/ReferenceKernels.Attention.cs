namespace Bloomery.Numerics.Kernels.Reference;

internal sealed partial class ReferenceKernels
{
    /// <inheritdoc/>
    public override void StoreKv(ReadOnlySpan<float> row, KvType type, Span<byte> slot)
    {
        KernelChecks.StoreKv(row.Length, type, slot.Length);
        KvRow.Store(row, type, slot);
    }

    /// <inheritdoc/>
    public override int AttendScratchFloats(int rows, int keyDim, int valueDim, int pageSlots) => 0;

    /// <inheritdoc/>
    public override void Attend(in AttentionTile tile, in KvPage page, in AttentionState state, Span<float> scratch)
    {
        KernelChecks.Attend(tile, page, state, scratch.Length, 0);
        double[] scores = new double[page.Positions.Length];
        for (int row = 0; row < tile.Rows; row++) AttendRow(tile, page, state, row, scores);
    }

    /// <inheritdoc/>
    public override void FinishAttention(in AttentionState state, int valueDim)
    {
        KernelChecks.FinishAttention(state, valueDim);
        for (int row = 0; row < state.Max.Length; row++)
        {
            Span<float> output = state.Output.Slice(row * valueDim, valueDim);
            double sum = state.Sum[row];
            if (sum == 0)
            {
                output.Clear();
                state.Max[row] = float.NegativeInfinity;
                continue;
            }
            for (int i = 0; i < valueDim; i++) output[i] = (float)(output[i] / sum);
            state.Max[row] = (float)(state.Max[row] + Math.Log(sum));
        }
    }

    private static void AttendRow(in AttentionTile tile, in KvPage page, in AttentionState state, int row, double[] scores)
    {
        double max = state.Max[row];
        for (int slot = 0; slot < scores.Length; slot++)
        {
            scores[slot] = Score(tile, page, row, slot);
            max = Math.Max(max, scores[slot]);
        }
        if (double.IsNegativeInfinity(max)) return; // nothing seen so far
        // The state holds floats: the maximum must be one, or exp(score - max) and the stored maximum disagree.
        float stored = (float)max;
        double kept = Math.Exp(state.Max[row] - (double)stored), sum = state.Sum[row] * kept;
        Span<float> output = state.Output.Slice(row * tile.ValueDim, tile.ValueDim);
        int valueBytes = KvLayout.RowBytes(page.ValueType, tile.ValueDim);
        foreach (double score in scores) sum += Math.Exp(score - stored);
        for (int i = 0; i < output.Length; i++)
        {
            double o = output[i] * kept;
            for (int slot = 0; slot < scores.Length; slot++)
            {
                if (double.IsNegativeInfinity(scores[slot])) continue; // hidden: its value is not read
                o += Math.Exp(scores[slot] - stored) * KvRow.Load(page.Values.Slice(slot * valueBytes, valueBytes), page.ValueType, i);
            }
            output[i] = (float)o;
        }
        state.Max[row] = stored;
        state.Sum[row] = (float)sum;
    }

    /// <summary>The score of one (query row, key slot), -inf where the key is hidden.</summary>
    private static double Score(in AttentionTile tile, in KvPage page, int row, int slot)
    {
        int distance = page.Positions[slot] - tile.Positions[row];
        if (distance <= -(long)tile.Before || distance >= tile.After) return double.NegativeInfinity;
        int keyBytes = KvLayout.RowBytes(page.KeyType, tile.KeyDim);
        ReadOnlySpan<byte> key = page.Keys.Slice(slot * keyBytes, keyBytes);
        ReadOnlySpan<float> query = tile.Queries.Slice(row * tile.KeyDim, tile.KeyDim);
        double dot = 0;
        for (int i = 0; i < query.Length; i++) dot += (double)query[i] * KvRow.Load(key, page.KeyType, i);
        double score = dot * tile.Scale;
        if (!tile.Slopes.IsEmpty)
        {
            float alibi = tile.Slopes[row] * page.Positions[slot];
            if (tile.RoundAlibi) alibi = BitConverter.UInt32BitsToSingle((uint)KvRow.RoundToBFloat(alibi) << 16);
            score += (double)alibi * tile.AlibiScale;
        }
        if (!tile.RelativeBias.IsEmpty)
        {
            int span = tile.RelativeSpan;
            score += tile.RelativeBias[row * (2 * span + 1) + span + Math.Clamp(distance, -span, span)];
        }
        return tile.SoftCap > 0 ? tile.SoftCap * Math.Tanh(score / tile.SoftCap) : score;
    }
}
