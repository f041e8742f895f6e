using System.Numerics;

namespace Bloomery.Engine.Sampling;

/// <summary>Partial selection: the value at a rank or at a cumulative weight, in linear time, without a full sort.</summary>
internal static class Selection
{
    private const int Bins = 512;

    /// <summary>The k-th largest value; negative infinity when there are fewer above it.</summary>
    /// <param name="pool">Working memory as long as <paramref name="values"/>.</param>
    public static float KthLargest(ReadOnlySpan<float> values, int k, Span<float> pool)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (k >= values.Length) return float.NegativeInfinity;

        // Only what beats the k-th largest so far is collected; when the pool is full its lower part is dropped.
        pool = pool[..(int)Math.Min(values.Length, 2L * k + 1024)];
        float threshold = float.NegativeInfinity;
        int count = 0, i = 0;
        var limit = new Vector<float>(threshold);
        while (i < values.Length)
        {
            int end = i + 1;
            if (i <= values.Length - Vector<float>.Count)
            {
                end = i + Vector<float>.Count;
                if (!Vector.GreaterThanAny(new Vector<float>(values[i..]), limit))
                {
                    i = end;
                    continue;
                }
            }
            for (; i < end; i++)
            {
                if (!(values[i] > threshold)) continue;
                pool[count++] = values[i];
                if (count < pool.Length) continue;
                threshold = SelectDescending(pool, k);
                limit = new Vector<float>(threshold);
                count = k;
            }
        }
        return count < k ? float.NegativeInfinity : SelectDescending(pool[..count], k);
    }

    /// <summary>
    /// The smallest key that is kept when items are taken by descending key until their weights reach <paramref name="mass"/>;
    /// the item that reaches it is kept, and so are its equals. Reorders both spans.
    /// </summary>
    public static float KeyAtMass(Span<float> keys, Span<float> weights, double mass)
    {
        double taken = 0; // the weight of everything above keys[low..high]
        if (keys.Length > 4 * Bins)
        {
            int kept = Narrow(keys, weights, mass, ref taken);
            keys = keys[..kept];
            weights = weights[..kept];
        }
        int low = 0, high = keys.Length;
        for (int rounds = RoundsFor(keys.Length); rounds > 0; rounds--)
        {
            float pivot = MedianOfThree(keys[low], keys[low + (high - low) / 2], keys[high - 1]);
            (int equal, int less) = Partition(keys[low..high], weights[low..high], pivot);
            (equal, less) = (equal + low, less + low);

            double above = Sum(weights[low..equal]);
            if (equal > low && taken + above >= mass)
            {
                high = equal;
                continue;
            }
            double upTo = taken + above + Sum(weights[equal..less]);
            if (upTo >= mass || less == high) return pivot;
            (taken, low) = (upTo, less);
        }

        keys[low..high].Sort(weights[low..high]); // pivots were bad too often: no quadratic time
        for (int i = high - 1; i > low; i--)
        {
            taken += weights[i];
            if (taken >= mass) return keys[i];
        }
        return keys[low];
    }

    /// <summary>Copies the values above <paramref name="floor"/>, in order; returns how many.</summary>
    public static int Collect(ReadOnlySpan<float> values, float floor, Span<float> into)
    {
        int count = 0, i = 0;
        var limit = new Vector<float>(floor);
        while (i < values.Length)
        {
            int end = Math.Min(i + Vector<float>.Count, values.Length);
            bool none = end - i == Vector<float>.Count && !Vector.GreaterThanAny(new Vector<float>(values[i..]), limit);
            for (; !none && i < end; i++)
                if (values[i] > floor) into[count++] = values[i];
            i = end;
        }
        return count;
    }

    /// <summary>The <paramref name="k"/> largest values in descending order, without negative infinities; returns how many.</summary>
    /// <param name="into">Working memory as long as <paramref name="values"/>; the result is at its start.</param>
    public static int Largest(ReadOnlySpan<float> values, int k, Span<float> into)
    {
        float threshold = KthLargest(values, k, into);
        int count = Collect(values, threshold, into);
        while (count < k && threshold > float.NegativeInfinity) into[count++] = threshold; // the k-th and its equals
        into[..count].Sort();
        into[..count].Reverse();
        return count;
    }

    // One pass over a histogram of the keys leaves only those of the bin in which the mass is reached, at the front.
    private static int Narrow(Span<float> keys, Span<float> weights, double mass, ref double taken)
    {
        float highest = LogitMath.Max(keys), lowest = highest;
        foreach (float key in keys) lowest = MathF.Min(lowest, key);
        float scale = (Bins - 1) / (highest - lowest);
        if (!float.IsFinite(scale) || scale <= 0) return keys.Length;

        Span<double> histogram = stackalloc double[Bins];
        histogram.Clear();
        for (int i = 0; i < keys.Length; i++) histogram[(int)((highest - keys[i]) * scale)] += weights[i];
        int wanted = 0, last = histogram.LastIndexOfAnyExcept(0.0);
        while (wanted < last && taken + histogram[wanted] < mass) taken += histogram[wanted++];

        int kept = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            if ((int)((highest - keys[i]) * scale) != wanted) continue;
            (keys[kept], weights[kept]) = (keys[i], weights[i]);
            kept++;
        }
        return kept;
    }

    // Moves the k largest to the front and returns the smallest of them.
    private static float SelectDescending(Span<float> values, int k)
    {
        int low = 0, high = values.Length, wanted = k - 1;
        for (int rounds = RoundsFor(values.Length); rounds > 0; rounds--)
        {
            float pivot = MedianOfThree(values[low], values[low + (high - low) / 2], values[high - 1]);
            (int equal, int less) = Partition(values[low..high], default, pivot);
            if (wanted < low + equal) high = low + equal;
            else if (wanted < low + less) return pivot;
            else low += less;
        }
        values[low..high].Sort();
        values[low..high].Reverse();
        return values[wanted];
    }

    // Three ways: greater than the pivot, equal to it from the first result on, less from the second on.
    private static (int Equal, int Less) Partition(Span<float> keys, Span<float> weights, float pivot)
    {
        int greater = 0, i = 0, less = keys.Length;
        while (i < less)
        {
            float key = keys[i];
            if (key > pivot) Swap(keys, weights, i++, greater++);
            else if (key < pivot) Swap(keys, weights, i, --less);
            else i++;
        }
        return (greater, less);
    }

    private static void Swap(Span<float> keys, Span<float> weights, int i, int j)
    {
        (keys[i], keys[j]) = (keys[j], keys[i]);
        if (!weights.IsEmpty) (weights[i], weights[j]) = (weights[j], weights[i]);
    }

    private static int RoundsFor(int length) => 2 * BitOperations.Log2((uint)length) + 8;

    private static double Sum(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (float weight in weights) sum += weight;
        return sum;
    }

    private static float MedianOfThree(float a, float b, float c) => MathF.Max(MathF.Min(a, b), MathF.Min(MathF.Max(a, b), c));
}
