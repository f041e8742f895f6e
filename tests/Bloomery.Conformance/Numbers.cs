namespace Bloomery.Conformance;

/// <summary>Made-up inputs and comparisons.</summary>
internal static class Numbers
{
    /// <summary>About normally distributed numbers.</summary>
    public static float[] Normal(int count, int seed, float scale = 1)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            double sum = -6;
            for (int j = 0; j < 12; j++) sum += random.NextDouble();
            values[i] = (float)sum * scale;
        }
        return values;
    }

    /// <summary>Asserts that every element is within relative * |expected| + absolute of what is expected; NaN equals NaN.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double relative, double absolute, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            float e = expected[i], a = actual[i];
            if (e.Equals(a) || e == a) continue; // infinities, NaN, signed zeros
            if (!(Math.Abs((double)a - e) <= relative * Math.Abs((double)e) + absolute))
                Assert.Fail($"{what}: element {i} of {expected.Length} is {a:R}, not {e:R}");
        }
    }

    /// <summary>Asserts that all bits agree.</summary>
    public static void Identical(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"{what}: element {i} of {expected.Length} is {actual[i]:R}, not {expected[i]:R}");
    }
}
