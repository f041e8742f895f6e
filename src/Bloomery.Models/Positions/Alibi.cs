namespace Bloomery.Models.Positions;

/// <summary>Attention with linear biases (ALiBi, arXiv 2108.12409): each head's slope.</summary>
public static class Alibi
{
    /// <summary>(heads) slopes, for any number of heads: a geometric series for the largest power of two, then odd powers of its square root.</summary>
    public static float[] Slopes(int heads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        int power = 1 << (31 - int.LeadingZeroCount(heads));
        float[] slopes = new float[heads];
        double first = Math.Pow(2, -8.0 / power), extra = Math.Pow(2, -4.0 / power);
        for (int i = 0; i < heads; i++)
            slopes[i] = (float)(i < power ? Math.Pow(first, i + 1) : Math.Pow(extra, 2 * (i - power) + 1));
        return slopes;
    }
}
