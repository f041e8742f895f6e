namespace Bloomery.Numerics.Quantization;

/// <summary>
/// Rounds the 256 weights of a block whose sub-blocks have their own integer scales. Sub-blocks are fitted first, their scales are rounded next
/// (each counting as much as its weights), and the weights are rounded last, under the scales that were stored.
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
        Span<float> scales = stackalloc float[count], totals = stackalloc float[count], weights = stackalloc float[subBlock];
        float meanSquare = CodeFit.MeanSquare(x);
        for (int s = 0; s < count; s++)
        {
            ReadOnlySpan<float> part = x.Slice(s * subBlock, subBlock);
            totals[s] = CodeFit.Weigh(part, importance.IsEmpty ? default : importance.Slice(s * subBlock, subBlock), meanSquare, weights);
            scales[s] = CodeFit.Scale(part, weights, book);
        }
        if (!totals.ContainsAnyExcept(0f)) totals.Fill(1);
        Half scale = (Half)CodeFit.Scale(scales, totals, new UniformCodes(scaleLowest, -scaleLowest - 1));
        Span<byte> codes = stackalloc byte[count];
        CodeFit.Round(scales, (float)scale, scaleLowest, -scaleLowest - 1, codes);
        for (int s = 0; s < count; s++) scaleCodes[s] = (sbyte)(codes[s] + scaleLowest);
        return scale;
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
        ReadOnlySpan<float> x, ReadOnlySpan<float> importance, int subBlock, int highest, int scaleHighest, Span<byte> scaleCodes, Span<byte> minimumCodes, Span<byte> codes)
    {
        int count = BlockWeights / subBlock;
        Span<float> scales = stackalloc float[count], minima = stackalloc float[count], totals = stackalloc float[count], weights = stackalloc float[subBlock];
        float meanSquare = CodeFit.MeanSquare(x);
        for (int s = 0; s < count; s++)
        {
            ReadOnlySpan<float> part = x.Slice(s * subBlock, subBlock);
            totals[s] = CodeFit.Weigh(part, importance.IsEmpty ? default : importance.Slice(s * subBlock, subBlock), meanSquare, weights);
            (scales[s], float offset) = CodeFit.ScaleAndOffset(part, weights, highest, offsetLimit: 0);
            minima[s] = -offset;
        }
        if (!totals.ContainsAnyExcept(0f)) totals.Fill(1);
        UniformCodes range = new(0, scaleHighest);
        Half scale = (Half)CodeFit.Scale(scales, totals, range), minimum = (Half)CodeFit.Scale(minima, totals, range);
        CodeFit.Round(scales, (float)scale, 0, scaleHighest, scaleCodes);
        CodeFit.Round(minima, (float)minimum, 0, scaleHighest, minimumCodes);
        for (int s = 0; s < count; s++)
        {
            CodeFit.Round(x.Slice(s * subBlock, subBlock), (float)scale * scaleCodes[s], -((float)minimum * minimumCodes[s]), highest, codes.Slice(s * subBlock, subBlock));
        }
        return (scale, minimum);
    }
}
