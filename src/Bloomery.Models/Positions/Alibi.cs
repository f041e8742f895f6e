namespace Bloomery.Models.Positions;

/// <summary>Attention with linear biases (ALiBi, arXiv 2108.12409): each head's slope.</summary>
internal static class Alibi
{
    /// <summary>(heads) slopes, for any number of heads: a geometric series for the largest power of two, then odd powers of its square root.</summary>
    /// <param name="heads">Heads.</param>
    /// <param name="maxBias">The exponent of the series' last slope; 8 but for MPT's files that say otherwise.</param>
    public static float[] Slopes(int heads, double maxBias = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        int power = 1 << (31 - int.LeadingZeroCount(heads));
        float[] slopes = new float[heads];
        double first = Math.Pow(2, -maxBias / power), extra = Math.Pow(2, -maxBias / (2.0 * power));
        for (int i = 0; i < heads; i++)
            slopes[i] = (float)(i < power ? Math.Pow(first, i + 1) : Math.Pow(extra, 2 * (i - power) + 1));
        return slopes;
    }
}
