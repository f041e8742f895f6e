using Bloomery.Engine.Sampling;

namespace Bloomery.Tests.Sampling;

/// <summary>Logits and contexts for tests.</summary>
internal static class TestLogits
{
    /// <summary>Roughly normal numbers, the same on every machine.</summary>
    public static float[] Random(int count, ulong seed, float scale = 1)
    {
        var stream = new RandomStream(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            SampleUniforms u = stream.At(i);
            values[i] = scale * (float)(Math.Sqrt(-2 * Math.Log(1 - u.Draw)) * Math.Cos(2 * Math.PI * u.Trigger));
        }
        return values;
    }

    /// <summary>A text with repeats over the first <paramref name="vocabulary"/> ids.</summary>
    public static int[] History(int length, int vocabulary, ulong seed = 3)
    {
        var stream = new RandomStream(seed);
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) ids[i] = i >= 10 && i % 5 < 3 ? ids[i - 10] : (int)(stream.At(i).Draw * vocabulary);
        return ids;
    }
}
