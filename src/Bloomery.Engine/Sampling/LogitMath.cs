using System.Numerics;
using System.Runtime.Intrinsics;

namespace Bloomery.Engine.Sampling;

/// <summary>
/// The arithmetic that logit steps share. Every result is the same bit by bit on every machine: exponentials come from one
/// polynomial whatever the vector width, and sums have a fixed order, so equal logits and seeds give equal text.
/// </summary>
internal static class LogitMath
{
    /// <summary>Weights are summed in blocks of this many, so that a draw skips what it need not look at.</summary>
    private const int BlockSize = 512;

    // expf of the Cephes library: x = n ln 2 + r, |r| <= ln 2 / 2, a polynomial of degree 7 in r.
    private const float Log2E = 1.44269504088896341f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;
    private const float P0 = 1.9875691500e-4f, P1 = 1.3981999507e-3f, P2 = 8.3334519073e-3f, P3 = 4.1665795894e-2f, P4 = 1.6666665459e-1f,
        P5 = 5.0000001201e-1f;
    private const float Underflow = -87f;
    private const float RoundingMagic = 12582912f; // 1.5 * 2^23: adding it rounds to an integer

    /// <summary>The largest value; NaN when there is one.</summary>
    public static float Max(ReadOnlySpan<float> values)
    {
        int i = 0;
        float max = float.NegativeInfinity;
        if (values.Length >= Vector<float>.Count)
        {
            var largest = new Vector<float>(float.NegativeInfinity);
            for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
                largest = Vector.Max(largest, new Vector<float>(values[i..]));
            for (int lane = 0; lane < Vector<float>.Count; lane++) max = MathF.Max(max, largest[lane]);
        }
        for (; i < values.Length; i++) max = MathF.Max(max, values[i]);
        return max;
    }

    /// <summary>The index of the largest value, the lowest on ties; -1 when there is none above negative infinity or one is NaN.</summary>
    public static int ArgMax(ReadOnlySpan<float> values)
    {
        float max = Max(values);
        if (!(max > float.NegativeInfinity)) return -1;
        int i = 0;
        var wanted = new Vector<float>(max);
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            if (Vector.EqualsAny(wanted, new Vector<float>(values[i..]))) break;
        while (values[i] != max) i++;
        return i;
    }

    /// <summary>Removes every token whose logit is below <paramref name="floor"/>.</summary>
    public static void MaskBelow(Span<float> logits, float floor)
    {
        int i = 0;
        var limit = new Vector<float>(floor);
        var removed = new Vector<float>(float.NegativeInfinity);
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var z = new Vector<float>(logits[i..]);
            Vector.ConditionalSelect(Vector.LessThan(z, limit), removed, z).CopyTo(logits[i..]);
        }
        for (; i < logits.Length; i++)
            if (logits[i] < floor) logits[i] = float.NegativeInfinity;
    }

    /// <summary>The exponential of a value that is at most 0, to within two units in the last place; 0 below -87.</summary>
    public static float Exp(float x)
    {
        if (!(x >= Underflow)) return float.IsNaN(x) ? x : 0;
        float rounded = x * Log2E + RoundingMagic;
        float n = rounded - RoundingMagic;
        float r = x - n * Ln2High - n * Ln2Low;
        float p = ((((P0 * r + P1) * r + P2) * r + P3) * r + P4) * r + P5;
        return (p * r * r + r + 1f) * BitConverter.Int32BitsToSingle(((int)n + 127) << 23);
    }

    /// <summary>weights[i] = exp(logits[i] - max), so the likeliest weighs 1; returns their sum.</summary>
    /// <param name="max">The largest logit; finite.</param>
    public static double Weigh(ReadOnlySpan<float> logits, float max, Span<float> weights)
    {
        weights = weights[..logits.Length];
        int i = 0;
        var shift = new Vector<float>(max);
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
            Exp(new Vector<float>(logits[i..]) - shift).CopyTo(weights[i..]);
        for (; i < logits.Length; i++) weights[i] = Exp(logits[i] - max);

        double sum = 0;
        for (int block = 0; block < weights.Length; block += BlockSize) sum += BlockSum(weights, block);
        return sum;
    }

    /// <summary>log(sum(exp(logits))) without overflow; negative infinity when every token is removed.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        float max = Max(logits);
        if (!float.IsFinite(max)) return max;
        Span<float> weights = stackalloc float[BlockSize];
        double sum = 0;
        for (int block = 0; block < logits.Length; block += BlockSize)
            sum += Weigh(logits.Slice(block, Math.Min(BlockSize, logits.Length - block)), max, weights);
        return max + Math.Log(sum);
    }

    /// <summary>The entropy, in nats, of the distribution that <see cref="Weigh"/> made.</summary>
    public static double Entropy(ReadOnlySpan<float> logits, float max, ReadOnlySpan<float> weights, double sum)
    {
        double moment = 0; // sum of weight * log(weight); a removed token adds 0, not 0 * -inf
        for (int i = 0; i < logits.Length; i++)
            if (weights[i] > 0) moment += weights[i] * (double)(logits[i] - max);
        return Math.Log(sum) - moment / sum;
    }

    /// <summary>Inverse CDF in index order: the first index whose cumulative weight exceeds <paramref name="u"/> times <paramref name="sum"/>.</summary>
    /// <param name="sum">What <see cref="Weigh"/> returned.</param>
    /// <param name="u">In [0, 1).</param>
    public static int Draw(ReadOnlySpan<float> weights, double sum, double u)
    {
        double target = u * sum, cumulative = 0;
        int last = -1;
        for (int block = 0; block < weights.Length; block += BlockSize)
        {
            double next = cumulative + BlockSum(weights, block);
            if (next > target)
            {
                int end = Math.Min(block + BlockSize, weights.Length);
                for (int i = block; i < end; i++)
                {
                    if (weights[i] <= 0) continue;
                    cumulative += weights[i];
                    last = i;
                    if (cumulative > target) return i;
                }
                return last; // the two orders of summing differ by a rounding at the block's end
            }
            cumulative = next;
        }
        return weights.LastIndexOfAnyExcept(0f);
    }

    // Eight partial sums whatever the machine's width: the order, hence the rounding, is fixed.
    private static double BlockSum(ReadOnlySpan<float> weights, int start)
    {
        ReadOnlySpan<float> block = weights.Slice(start, Math.Min(BlockSize, weights.Length - start));
        Vector256<double> low = Vector256<double>.Zero, high = Vector256<double>.Zero;
        int i = 0;
        for (; i <= block.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.Create(block[i..]));
            low += a;
            high += b;
        }
        Vector256<double> both = low + high;
        double sum = both[0] + both[2] + (both[1] + both[3]);
        for (; i < block.Length; i++) sum += block[i];
        return sum;
    }

    private static Vector<float> Exp(Vector<float> x)
    {
        var magic = new Vector<float>(RoundingMagic);
        Vector<float> n = (x * Log2E + magic) - magic;
        Vector<float> r = x - n * Ln2High - n * Ln2Low;
        Vector<float> p = new Vector<float>(P0) * r + new Vector<float>(P1);
        p = p * r + new Vector<float>(P2);
        p = p * r + new Vector<float>(P3);
        p = p * r + new Vector<float>(P4);
        p = p * r + new Vector<float>(P5);
        Vector<int> exponent = Vector.ShiftLeft(Vector.ConvertToInt32(n) + new Vector<int>(127), 23);
        Vector<float> y = (p * r * r + r + Vector<float>.One) * Vector.AsVectorSingle(exponent);
        return Vector.ConditionalSelect(Vector.LessThan(x, new Vector<float>(Underflow)), Vector<float>.Zero, y);
    }
}
