namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>
/// Matrix products: 16 rows of weights (a panel) by up to <see cref="DepthBlock"/> columns are expanded to floats with a lane per row, then multiplied with all
/// tokens.
/// A token's sum runs over the columns of a block in order, then over the blocks in order, whatever the call covers.
/// </summary>
internal abstract unsafe partial class PortableKernels<TWidth, TVector>
{
    /// <summary>Columns expanded at a time: a multiple of every block size, and two panels of it fit the first-level cache.</summary>
    internal const int DepthBlock = 256;

    /// <summary>Rows of a panel.</summary>
    private const int PanelRows = PanelMatrix.PanelRows;

    private const int EdgeTokens = 12;
    private const int PanelFloats = DepthBlock * PanelRows;

    private static int StepRows => Math.Max(PanelRows, MicroKernel<TWidth, TVector>.Lanes);

    private static int EdgeFloats => EdgeTokens * MicroKernel<TWidth, TVector>.Lanes;

    /// <inheritdoc/>
    public override Matrix Prepare(Matrix weights) => PanelMatrix.Pack<TWidth, TVector>(weights) ?? weights;

    /// <inheritdoc/>
    public override int MatMulScratchBytes(Matrix weights, int tokens) => (StepRows / PanelRows * PanelFloats + PanelFloats + EdgeFloats) * sizeof(float);

    /// <inheritdoc/>
    public override int MatMulRowChunk(Matrix weights, int tokens)
    {
        const int MostChunks = 64;
        int step = tokens == 1 ? 64 : 32; // what the kernels do at a time at 512 bits
        int rows = (weights.Rows / MostChunks + step - 1) / step * step;
        return Math.Clamp(rows, step, 256);
    }

    /// <inheritdoc/>
    public override void MatMul(Matrix weights, ReadOnlySpan<float> x, Span<float> y, int tokens, int rowBegin, int rowEnd, Span<byte> scratch)
    {
        KernelChecks.MatMul(weights, x.Length, y.Length, tokens, rowBegin, rowEnd, scratch.Length, MatMulScratchBytes(weights, tokens));
        if (tokens == 0 || rowBegin == rowEnd) return;
        fixed (float* px = x, py = y)
        fixed (byte* ps = scratch)
        {
            if (weights.Columns == 0) for (int t = 0; t < tokens; t++) y.Slice(t * weights.Rows + rowBegin, rowEnd - rowBegin).Clear();
            else if (tokens == 1 && weights is PanelMatrix panels) panels.MultiplyOne(px, py, rowBegin, rowEnd);
            else MultiplyRows(weights, px, py, tokens, rowBegin, rowEnd, (float*)ps);
        }
    }

    private static void MultiplyRows(Matrix weights, float* x, float* y, int tokens, int rowBegin, int rowEnd, float* scratch)
    {
        int lanes = MicroKernel<TWidth, TVector>.Lanes, columns = weights.Columns, rows = weights.Rows;
        float* panels = scratch, unpacked = panels + StepRows / PanelRows * PanelFloats, edge = unpacked + PanelFloats;
        for (int row = rowBegin / PanelRows * PanelRows; row < rowEnd; row += StepRows)
        {
            for (int k = 0; k < columns; k += DepthBlock)
            {
                int depth = Math.Min(DepthBlock, columns - k);
                for (int p = 0; p < StepRows && row + p < rowEnd; p += PanelRows) Expand(weights, row + p, k, depth, panels + p * DepthBlock, unpacked);
                for (int lane = 0; lane < StepRows && row + lane < rowEnd; lane += lanes)
                {
                    float* b0 = Lane(panels, lane), b1 = Lane(panels, lane + TWidth.Count);
                    int first = row + lane;
                    if (first >= rowBegin && first + lanes <= rowEnd)
                        MicroKernel<TWidth, TVector>.Multiply(x + k, columns, b0, b1, PanelRows, depth, y + first, rows, tokens, add: k > 0);
                    else
                        MultiplyEdge(x + k, columns, b0, b1, depth, y, rows, tokens, first, Math.Max(first, rowBegin), Math.Min(first + lanes, rowEnd),
                            k > 0, edge);
                }
            }
        }
    }

    /// <summary>Where lane <paramref name="lane"/> of the panels' first column lies.</summary>
    private static float* Lane(float* panels, int lane) => panels + lane / PanelRows * PanelFloats + lane % PanelRows;

    /// <summary>Multiplies lanes of which only begin to end are wanted: the result goes through <paramref name="edge"/>.</summary>
    private static void MultiplyEdge(float* x, int columns, float* b0, float* b1, int depth, float* y, int rows, int tokens, int first, int begin, int end,
        bool add, float* edge)
    {
        int lanes = MicroKernel<TWidth, TVector>.Lanes;
        for (int token = 0; token < tokens; token += EdgeTokens)
        {
            int count = Math.Min(EdgeTokens, tokens - token);
            MicroKernel<TWidth, TVector>.Multiply(x + (nint)token * columns, columns, b0, b1, PanelRows, depth, edge, lanes, count, add: false);
            for (int t = 0; t < count; t++)
            {
                float* target = y + (nint)(token + t) * rows, source = edge + t * lanes - first;
                for (int r = begin; r < end; r++) target[r] = add ? target[r] + source[r] : source[r];
            }
        }
    }

    /// <summary>Expands columns k to k + depth of a panel to <paramref name="panel"/>, (depth, 16).</summary>
    private static void Expand(Matrix weights, int row, int k, int depth, float* panel, float* unpacked)
    {
        if (weights is PanelMatrix packed)
        {
            packed.Expand(row, k, depth, panel);
            return;
        }
        int size = weights.Format.BlockSize, bytes = weights.Format.BlockBytes, present = Math.Min(PanelRows, weights.Rows - row);
        for (int r = 0; r < present; r++)
            weights.Format.Dequantize(weights.RowBlocks(row + r).Slice(k / size * bytes, depth / size * bytes), new Span<float>(unpacked + r * depth, depth));
        new Span<float>(unpacked + present * depth, (PanelRows - present) * depth).Clear();
        Transposition.Transpose(unpacked, depth, PanelRows, depth, panel, PanelRows);
    }
}
