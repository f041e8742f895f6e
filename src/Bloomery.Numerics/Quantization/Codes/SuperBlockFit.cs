namespace Bloomery.Numerics.Quantization;

/// <summary>
/// Rounds the 256 weights of a block whose sub-blocks have their own integer scales. Sub-blocks are fitted first, their scales are rounded next
/// so that the weights lose least, and the weights are rounded last, under the scales that were stored.
/// </summary>
internal static class SuperBlockFit
{
    private const int BlockWeights = 256;

    /// <summary>x = scale * scaleCode * code, both codes signed.</summary>
    /// <param name="x">(256) weights.</param>
    /// <param name="importance">Empty, or (256).</param>
    /// <param name="subBlock">Weights per sub-block.</param>
    /// <param name="book">What a weight's code stands for.</param>
    /// <param name="scaleLowest">The least scale code.</param>
    /// <param name="scaleCodes">(256 / subBlock) results.</param>
    /// <returns>The scale of the scales.</returns>
    public static Half Scales<TCodes>(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, int subBlock, TCodes book, int scaleLowest, Span<sbyte> scaleCodes)
        where TCodes : struct, ICodeBook
    {
        int count = BlockWeights / subBlock;
        Span<float> scales = stackalloc float[count], weights = stackalloc float[BlockWeights];
        Weigh(x, importance, weights);
        float peak = 0;
        for (int s = 0; s < count; s++)
        {
            scales[s] = CodeFit.Scale(x.Slice(s * subBlock, subBlock), weights.Slice(s * subBlock, subBlock), book);
            if (MathF.Abs(scales[s]) > MathF.Abs(peak)) peak = scales[s];
        }
        scaleCodes.Clear();
        if (peak == 0) return default;

        // Rounding the scales costs most where small ones vanish beside a large one, so candidates are judged by what the weights lose.
        Span<sbyte> trial = stackalloc sbyte[count];
        float best = float.PositiveInfinity;
        Half result = default;
        foreach (int end in (ReadOnlySpan<int>)[scaleLowest, -scaleLowest - 1])
        {
            for (int step = -4; step <= 4; step++)
            {
                Half scale = (Half)(peak / (end + (0.2f * step)));
                float loss = 0;
                for (int s = 0; s < count && loss < best; s++)
                {
                    loss += RoundScale(x.Slice(s * subBlock, subBlock), weights.Slice(s * subBlock, subBlock), book, (float)scale, scales[s], scaleLowest,
                        out trial[s]);
                }
                if (!(loss < best)) continue;
                (best, result) = (loss, scale);
                trial.CopyTo(scaleCodes);
            }
        }
        return result;
    }

    /// <summary>x = scale * scaleCode * code - minimum * minimumCode, all codes from 0 up.</summary>
    /// <param name="x">(256) weights.</param>
    /// <param name="importance">Empty, or (256).</param>
    /// <param name="subBlock">Weights per sub-block.</param>
    /// <param name="highest">The greatest code.</param>
    /// <param name="scaleHighest">The greatest code of a scale or minimum.</param>
    /// <param name="scaleCodes">(256 / subBlock) results.</param>
    /// <param name="minimumCodes">(256 / subBlock) results.</param>
    /// <param name="codes">(256) results.</param>
    /// <returns>The scale of the scales and that of the minima.</returns>
    public static (Half Scale, Half Minimum) ScalesAndMinima(
        ReadOnlySpan<float> x, ReadOnlySpan<float> importance, int subBlock, int highest, int scaleHighest, Span<byte> scaleCodes, Span<byte> minimumCodes,
        Span<byte> codes)
    {
        int count = BlockWeights / subBlock;
        Span<float> scales = stackalloc float[count], minima = stackalloc float[count], totals = stackalloc float[count],
            weights = stackalloc float[BlockWeights];
        Weigh(x, importance, weights);
        for (int s = 0; s < count; s++)
        {
            ReadOnlySpan<float> part = weights.Slice(s * subBlock, subBlock);
            foreach (float weight in part) totals[s] += weight;
            (scales[s], float offset) = CodeFit.ScaleAndOffset(x.Slice(s * subBlock, subBlock), part, highest, offsetLimit: 0);
            minima[s] = -offset;
        }
        UniformCodes range = new(0, scaleHighest);
        Half scale = (Half)CodeFit.Scale(scales, totals, range), minimum = (Half)CodeFit.Scale(minima, totals, range);
        for (int s = 0; s < count; s++)
        {
            ReadOnlySpan<float> part = x.Slice(s * subBlock, subBlock);
            RoundLine(part, weights.Slice(s * subBlock, subBlock), highest, (float)scale, scales[s], (float)minimum, minima[s], scaleHighest, out scaleCodes[s],
                out minimumCodes[s]);
            CodeFit.Round(part, (float)scale * scaleCodes[s], -((float)minimum * minimumCodes[s]), highest, codes.Slice(s * subBlock, subBlock));
        }
        return (scale, minimum);
    }

    private static void Weigh(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, Span<float> weights) =>
        CodeFit.Weigh(x, importance, CodeFit.MeanSquare(x), weights);

    // Of the two codes beside the fitted scale, the one under which the weights lose less; returns the loss.
    private static float RoundScale<TCodes>(ReadOnlySpan<float> x, ReadOnlySpan<float> w, TCodes book, float scale, float fitted, int lowest, out sbyte code)
        where TCodes : struct, ICodeBook
    {
        int below = scale == 0 ? 0 : Math.Clamp((int)MathF.Floor(fitted / scale), lowest, -lowest - 1), above = Math.Min(below + 1, -lowest - 1);
        float lossBelow = CodeFit.Loss(x, w, book, scale * below), lossAbove = CodeFit.Loss(x, w, book, scale * above);
        code = (sbyte)(lossAbove < lossBelow ? above : below);
        return MathF.Min(lossBelow, lossAbove);
    }

    // The same for a scale and a minimum: of the four pairs.
    private static void RoundLine(
        ReadOnlySpan<float> x, ReadOnlySpan<float> w, int highest, float scale, float fitted, float minimum, float fittedMinimum, int codeHighest,
        out byte scaleCode, out byte minimumCode)
    {
        int scaleBelow = scale == 0 ? 0 : Math.Clamp((int)(fitted / scale), 0, codeHighest), minimumBelow = minimum == 0
            ? 0 : Math.Clamp((int)(fittedMinimum / minimum), 0, codeHighest);
        (scaleCode, minimumCode) = ((byte)scaleBelow, (byte)minimumBelow);
        float best = float.PositiveInfinity;
        for (int s = scaleBelow; s <= Math.Min(scaleBelow + 1, codeHighest); s++)
        {
            for (int m = minimumBelow; m <= Math.Min(minimumBelow + 1, codeHighest); m++)
            {
                float loss = CodeFit.Loss(x, w, highest, scale * s, -(minimum * m));
                if (loss < best) (best, scaleCode, minimumCode) = (loss, (byte)s, (byte)m);
            }
        }
    }
}
