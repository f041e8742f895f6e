namespace Bloomery.Models.Positions;

/// <summary>T5's relative position buckets (arXiv 1910.10683): exact near, logarithmic far.</summary>
internal static class RelativeBuckets
{
    /// <summary>The bucket of a distance = key position - query position.</summary>
    public static int Of(int distance, bool bidirectional, int buckets, int maxDistance)
    {
        int first = 0, x;
        if (bidirectional)
        {
            buckets /= 2;
            if (distance > 0) first = buckets;
            x = Math.Abs(distance);
        }
        else
        {
            x = Math.Max(-distance, 0);
        }
        int exact = buckets / 2;
        if (x < exact) return first + x;
        float scaled = MathF.Log((float)x / exact) / (float)Math.Log((double)maxDistance / exact) * (buckets - exact);
        return first + Math.Min(exact + (int)scaled, buckets - 1);
    }

    /// <summary>(heads, 2 * span + 1): the bias of each head by clamped distance, from the table (buckets, heads).</summary>
    public static float[] Table(ReadOnlySpan<float> table, int heads, bool bidirectional, int buckets, int maxDistance, int span)
    {
        int width = 2 * span + 1;
        float[] bias = new float[checked(heads * width)];
        for (int d = -span; d <= span; d++)
        {
            int bucket = Of(d, bidirectional, buckets, maxDistance);
            for (int h = 0; h < heads; h++) bias[h * width + d + span] = table[bucket * heads + h];
        }
        return bias;
    }
}
