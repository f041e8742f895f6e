using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// Searches the scale (and offset) under which rounding a few weights to codes loses least in weighted squares. Each candidate scale fixes
/// the codes, the codes fix the best scale by least squares, and the pair that loses least is kept and then refined by alternating the two steps.
/// Lengths are multiples of 8.
/// </summary>
internal static class CodeFit
{
    private const int Refinements = 4;

    /// <summary>The scale d that makes the sum of w * (x - d * code)^2 small.</summary>
    /// <returns>A finite scale, of either sign if the code book has negative values; 0 if nothing better was found.</returns>
    public static float Scale<TCodes>(ReadOnlySpan<float> x, ReadOnlySpan<float> w, TCodes codes) where TCodes : struct, ICodeBook
    {
        float peak = 0;
        foreach (float value in x)
        {
            if (MathF.Abs(value) > MathF.Abs(peak)) peak = value;
        }
        if (peak == 0 || !float.IsFinite(peak)) return 0;

        float best = 0, scale = 0;
        // The largest weight lands on, or a fraction of a code beside, one end of the range.
        for (int step = -9; step <= 9; step++) Try(x, w, codes, (codes.Highest + (0.1f * codes.Spacing * step)) / peak, ref best, ref scale);
        if (codes.Lowest < 0)
        {
            for (int step = -9; step <= 9; step++) Try(x, w, codes, (codes.Lowest + (0.1f * codes.Spacing * step)) / peak, ref best, ref scale);
        }
        for (int i = 0; i < Refinements && scale != 0; i++)
        {
            if (!Try(x, w, codes, 1 / scale, ref best, ref scale)) break;
        }
        return scale;
    }

    /// <summary>The scale d >= 0 and offset m that make the sum of w * (x - d * code - m)^2 small, for codes 0 to <paramref name="highest"/>.</summary>
    /// <param name="x">Weights.</param>
    /// <param name="w">What each one's squared error counts.</param>
    /// <param name="highest">The greatest code.</param>
    /// <param name="offsetLimit">The greatest offset the format can store.</param>
    public static (float Scale, float Offset) ScaleAndOffset(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int highest, float offsetLimit)
    {
        float minimum = float.PositiveInfinity, maximum = float.NegativeInfinity;
        foreach (float value in x)
        {
            minimum = MathF.Min(minimum, value);
            maximum = MathF.Max(maximum, value);
        }
        minimum = MathF.Min(minimum, offsetLimit);
        float range = maximum - minimum;
        if (!float.IsFinite(range)) return (0, 0);
        if (range <= 0) return (0, minimum);

        LineFit fit = new(x, w[..x.Length], highest, offsetLimit, range / highest, minimum);
        for (int step = -18; step <= 18; step++) fit.Try((highest + (0.05f * step)) / range, minimum);
        for (int i = 0; i < Refinements && fit.Scale > 0; i++)
        {
            if (!fit.Try(1 / fit.Scale, fit.Offset)) break;
        }
        return (fit.Scale, fit.Offset);
    }

    /// <summary>The sum of w * (x - scale * code)^2 when each code is the nearest.</summary>
    public static float Loss<TCodes>(ReadOnlySpan<float> x, ReadOnlySpan<float> w, TCodes codes, float scale) where TCodes : struct, ICodeBook
    {
        ref float weights = ref MemoryMarshal.GetReference(w[..x.Length]);
        ref float values = ref MemoryMarshal.GetReference(x);
        Vector256<float> factor = Vector256.Create(scale == 0 ? 0 : 1 / scale), sum = default;
        for (nuint e = 0; e < (nuint)x.Length; e += 8)
        {
            Vector256<float> value = Vector256.LoadUnsafe(ref values, e);
            Vector256<float> miss = (codes.Nearest(value * factor) * scale) - value;
            sum += Vector256.LoadUnsafe(ref weights, e) * miss * miss;
        }
        return Vector256.Sum(sum);
    }

    /// <summary>The sum of w * (x - scale * code - offset)^2 when each code, from 0 to <paramref name="highest"/>, is the nearest.</summary>
    public static float Loss(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int highest, float scale, float offset) =>
        new LineFit(x, w[..x.Length], highest).Loss(scale == 0 ? 0 : 1 / scale, offset, scale, offset);

    /// <summary>code = x / scale, rounded and clamped, less <paramref name="lowest"/>: 0 stands for <paramref name="lowest"/>.</summary>
    public static void Round(ReadOnlySpan<float> x, float scale, int lowest, int highest, Span<byte> codes)
    {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int e = 0; e < x.Length; e++) codes[e] = (byte)(Math.Clamp((int)MathF.Round(x[e] * inverse), lowest, highest) - lowest);
    }

    /// <summary>code = (x - offset) / scale, rounded and clamped to 0 to <paramref name="highest"/>.</summary>
    public static void Round(ReadOnlySpan<float> x, float scale, float offset, int highest, Span<byte> codes)
    {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int e = 0; e < x.Length; e++) codes[e] = (byte)Math.Clamp((int)MathF.Round((x[e] - offset) * inverse), 0, highest);
    }

    /// <summary>The mean of the squares.</summary>
    public static float MeanSquare(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x) sum += (double)value * value;
        return (float)(sum / x.Length);
    }

    /// <summary>
    /// What each weight's squared error counts: more for large weights, which inputs that excite them make felt, times the importance if there is one.
    /// Where nothing is important, everything counts the same.
    /// </summary>
    public static void Weigh(ReadOnlySpan<float> x, ReadOnlySpan<float> importance, float meanSquare, Span<float> weights)
    {
        float sum = 0;
        for (int e = 0; e < x.Length; e++)
        {
            weights[e] = MathF.Sqrt(meanSquare + (x[e] * x[e])) * (importance.IsEmpty ? 1 : importance[e]);
            sum += weights[e];
        }
        if (!(sum > 0)) weights.Fill(1);
    }

    private static bool Try<TCodes>(ReadOnlySpan<float> x, ReadOnlySpan<float> w, TCodes codes, float inverse, ref float best, ref float scale)
        where TCodes : struct, ICodeBook
    {
        ref float weights = ref MemoryMarshal.GetReference(w[..x.Length]);
        ref float values = ref MemoryMarshal.GetReference(x);
        Vector256<float> xq = default, qq = default, factor = Vector256.Create(inverse);
        for (nuint e = 0; e < (nuint)x.Length; e += 8)
        {
            Vector256<float> value = Vector256.LoadUnsafe(ref values, e);
            Vector256<float> q = codes.Nearest(value * factor);
            Vector256<float> wq = Vector256.LoadUnsafe(ref weights, e) * q;
            xq += wq * value;
            qq += wq * q;
        }
        float sumXq = Vector256.Sum(xq), sumQq = Vector256.Sum(qq);
        float gain = sumXq * sumXq / sumQq; // what is left is the sum of w * x^2 less this
        if (!(gain > best) || !float.IsFinite(gain)) return false;
        best = gain;
        scale = sumXq / sumQq;
        return true;
    }

    /// <summary>The search's state for a scale and an offset.</summary>
    private ref struct LineFit
    {
        private readonly ReadOnlySpan<float> _x;
        private readonly ReadOnlySpan<float> _w;
        private readonly Vector256<float> _highest;
        private readonly float _offsetLimit;
        private readonly float _sumW;
        private readonly float _sumX;
        private float _error;

        public LineFit(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int highest)
        {
            _x = x;
            _w = w;
            _highest = Vector256.Create((float)highest);
        }

        public LineFit(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int highest, float offsetLimit, float scale, float offset)
            : this(x, w, highest)
        {
            _offsetLimit = offsetLimit;
            (Scale, Offset) = (scale, offset);
            for (int e = 0; e < x.Length; e++)
            {
                _sumW += w[e];
                _sumX += w[e] * x[e];
            }
            _error = Loss(1 / scale, offset, scale, offset);
        }

        public float Scale { get; private set; }

        public float Offset { get; private set; }

        /// <summary>Takes the codes that this line gives, finds the best line for them, and keeps it if it loses less than the best so far.</summary>
        public bool Try(float inverse, float offset)
        {
            ref float values = ref MemoryMarshal.GetReference(_x);
            ref float weights = ref MemoryMarshal.GetReference(_w);
            Vector256<float> factor = Vector256.Create(inverse), shift = Vector256.Create(offset), q1 = default, q2 = default, xq = default;
            for (nuint e = 0; e < (nuint)_x.Length; e += 8)
            {
                Vector256<float> value = Vector256.LoadUnsafe(ref values, e);
                Vector256<float> q = Codes(value, factor, shift);
                Vector256<float> wq = Vector256.LoadUnsafe(ref weights, e) * q;
                q1 += wq;
                q2 += wq * q;
                xq += wq * value;
            }
            float sumQ = Vector256.Sum(q1), sumQq = Vector256.Sum(q2), sumXq = Vector256.Sum(xq);
            float determinant = (_sumW * sumQq) - (sumQ * sumQ);
            if (!(determinant > 0)) return false;
            float scale = ((_sumW * sumXq) - (_sumX * sumQ)) / determinant;
            float newOffset = ((sumQq * _sumX) - (sumQ * sumXq)) / determinant;
            if (newOffset > _offsetLimit)
            {
                newOffset = _offsetLimit;
                scale = (sumXq - (newOffset * sumQ)) / sumQq;
            }
            float loss = Loss(inverse, offset, scale, newOffset);
            if (!(loss < _error) || !(scale > 0)) return false;
            (_error, Scale, Offset) = (loss, scale, newOffset);
            return true;
        }

        /// <summary>What the second line loses with the codes that the first one gives.</summary>
        public readonly float Loss(float inverse, float offset, float scale, float newOffset)
        {
            ref float values = ref MemoryMarshal.GetReference(_x);
            ref float weights = ref MemoryMarshal.GetReference(_w);
            Vector256<float> factor = Vector256.Create(inverse), shift = Vector256.Create(offset), sum = default;
            for (nuint e = 0; e < (nuint)_x.Length; e += 8)
            {
                Vector256<float> value = Vector256.LoadUnsafe(ref values, e);
                Vector256<float> miss = (Codes(value, factor, shift) * scale) + Vector256.Create(newOffset) - value;
                sum += Vector256.LoadUnsafe(ref weights, e) * miss * miss;
            }
            return Vector256.Sum(sum);
        }

        private readonly Vector256<float> Codes(Vector256<float> value, Vector256<float> factor, Vector256<float> shift) =>
            Vector256.Min(Vector256.Max(Vector256.Round((value - shift) * factor), Vector256<float>.Zero), _highest);
    }
}
