namespace Bloomery.Numerics.Quantization;

/// <summary>
/// Rounds one block of 32 weights to codes under a single scale, or a scale and a minimum. Without importance the scale comes from the
/// extremes alone and the rounding follows ggml to the bit; with importance the scale is searched by <see cref="CodeFit"/>.
/// </summary>
internal static class SimpleFit
{
    /// <summary>
    /// x = scale * (code + lowest): the weight of largest magnitude becomes <paramref name="lowest"/> exactly, so that the range's longer side is used.
    /// </summary>
    public static Half Signed(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, int start, int lowest, int highest, Span<byte> codes)
    {
        if (!importance.IsEmpty)
        {
            Span<float> weights = stackalloc float[x.Length];
            CodeFit.Weigh(x, importance.Slice(start, x.Length), CodeFit.MeanSquare(x), weights);
            UniformCodes range = new(lowest, highest);
            Half fitted = (Half)CodeFit.Scale(x, weights, range);
            CodeFit.Round(x, (float)fitted, lowest, highest, codes);
            return fitted;
        }
        float peak = float.IsNaN(x[0]) ? 0 : x[0]; // so that a block of -0 has the scale +0
        foreach (float value in x)
        {
            if (MathF.Abs(value) > MathF.Abs(peak)) peak = value;
        }
        float scale = peak / lowest, inverse = Reciprocal(scale);
        for (int e = 0; e < x.Length; e++) codes[e] = (byte)Math.Clamp((int)((x[e] * inverse) + (0.5f - lowest)), 0, highest - lowest);
        return (Half)scale;
    }

    /// <summary>x = scale * code + minimum, codes from 0 to <paramref name="highest"/>.</summary>
    public static (Half Scale, Half Minimum) Range(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, int start, int highest, Span<byte> codes)
    {
        if (!importance.IsEmpty)
        {
            Span<float> weights = stackalloc float[x.Length];
            CodeFit.Weigh(x, importance.Slice(start, x.Length), CodeFit.MeanSquare(x), weights);
            (float fittedScale, float fittedMinimum) = CodeFit.ScaleAndOffset(x, weights, highest, float.PositiveInfinity);
            (Half, Half) fitted = ((Half)fittedScale, (Half)fittedMinimum);
            CodeFit.Round(x, (float)fitted.Item1, (float)fitted.Item2, highest, codes);
            return fitted;
        }
        float minimum = float.MaxValue, maximum = -float.MaxValue;
        foreach (float value in x)
        {
            if (value < minimum) minimum = value;
            if (value > maximum) maximum = value;
        }
        float scale = (maximum - minimum) / highest, inverse = Reciprocal(scale);
        for (int e = 0; e < x.Length; e++) codes[e] = (byte)Math.Clamp((int)(((x[e] - minimum) * inverse) + 0.5f), 0, highest);
        return ((Half)scale, (Half)minimum);
    }

    /// <summary>x = scale * code, codes from -127 to 127, halves rounded away from zero; returns the unrounded scale.</summary>
    public static float Bytes(ReadOnlySpan<float> x, Span<sbyte> codes)
    {
        float scale = Peak(x) / 127, inverse = Reciprocal(scale);
        for (int e = 0; e < x.Length; e++) codes[e] = (sbyte)Math.Clamp((int)MathF.Round(x[e] * inverse, MidpointRounding.AwayFromZero), -127, 127);
        return scale;
    }

    /// <summary>x = scale * (code - 1), codes 0, 1 and 2, halves rounded away from zero; returns the unrounded scale.</summary>
    public static float Ternary(ReadOnlySpan<float> x, Span<byte> codes)
    {
        float scale = Peak(x), inverse = Reciprocal(scale);
        for (int e = 0; e < x.Length; e++) codes[e] = (byte)Math.Clamp((int)MathF.Round(x[e] * inverse, MidpointRounding.AwayFromZero) + 1, 0, 2);
        return scale;
    }

    /// <summary>Bit i of the four bytes becomes bit 4 of code i.</summary>
    public static void WriteFifthBits(ReadOnlySpan<byte> codes, Span<byte> bits)
    {
        bits.Clear();
        for (int e = 0; e < codes.Length; e++) bits[e / 8] |= (byte)((codes[e] >> 4) << (e % 8));
    }

    /// <summary>The largest magnitude; NaNs count for nothing.</summary>
    public static float Peak(ReadOnlySpan<float> x)
    {
        float peak = 0;
        foreach (float value in x)
        {
            if (MathF.Abs(value) > peak) peak = MathF.Abs(value);
        }
        return peak;
    }

    private static float Reciprocal(float scale) => scale == 0 ? 0 : 1 / scale;
}
