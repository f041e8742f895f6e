using Bloomery.Engine.Sampling;
using FsCheck.Xunit;

namespace Bloomery.Tests.Sampling;

public sealed class SelectionTests
{
    [Property(MaxTest = 300)]
    public void KthLargestMatchesSorting(int[] numbers, int wanted)
    {
        float[] values = [.. numbers.Select(n => (float)(n % 50))]; // many ties
        if (values.Length == 0) return;
        int k = Math.Abs(wanted % values.Length) + 1;
        float expected = k == values.Length ? float.NegativeInfinity : values.OrderDescending().ElementAt(k - 1);
        Assert.Equal(expected, Selection.KthLargest(values, k, new float[values.Length]));
        Assert.Equal(values.OrderDescending().Take(k), Largest(values, k));
    }

    [Property(MaxTest = 300)]
    public void KeyAtMassMatchesSorting(int[] numbers, byte part)
    {
        if (numbers.Length == 0) return;
        float[] keys = [.. numbers.Select(n => (float)(n % 50))];
        float[] weights = [.. keys.Select((_, i) => 1f + i % 7)];
        double mass = Math.Max(0.01, part / 255.0) * weights.Sum();

        float expected = float.NaN;
        double taken = 0;
        foreach ((float key, float weight) in keys.Zip(weights).OrderByDescending(pair => pair.First))
        {
            expected = key;
            taken += weight;
            if (taken >= mass) break;
        }
        Assert.Equal(expected, Selection.KeyAtMass([.. keys], [.. weights], mass));
    }

    [Theory]
    [InlineData(1, 1), InlineData(40, 1), InlineData(40, 2), InlineData(1000, 3), InlineData(49_999, 4), InlineData(25_000, 5)]
    public void LargeInputsInAnyOrderMatchSorting(int k, int order)
    {
        float[] values = TestLogits.Random(50_000, seed: (ulong)k);
        if (order == 2) Array.Sort(values);
        if (order == 3) values = [.. values.OrderDescending()];
        if (order == 4) values = [.. values.Select((z, i) => i < 25_000 ? (float)i : 50_000 - i)]; // organ pipe
        if (order == 5) Array.Fill(values, float.NegativeInfinity, 0, 30_000);
        float expected = values.OrderDescending().ElementAt(k - 1);
        Assert.Equal(expected, Selection.KthLargest(values, k, new float[values.Length]));
    }

    [Theory]
    [InlineData(0.0001), InlineData(0.3), InlineData(0.95), InlineData(0.999999), InlineData(1.0)]
    public void KeyAtMassOfLargeInputsReachesTheMassAndNoMore(double part)
    {
        foreach (float scale in new[] { 0f, 1e-30f, 0.3f, 8f })
        {
            float[] keys = TestLogits.Random(20_000, seed: 11, scale), weights = new float[keys.Length];
            LogitMath.Weigh(keys, keys.Max(), weights);
            double mass = part * weights.Sum(w => (double)w);
            float found = Selection.KeyAtMass([.. keys], [.. weights], mass);
            double kept = keys.Zip(weights).Where(pair => pair.First >= found).Sum(pair => (double)pair.Second);
            double above = keys.Zip(weights).Where(pair => pair.First > found).Sum(pair => (double)pair.Second);
            Assert.True(kept >= mass * (1 - 1e-12) && above < mass * (1 + 1e-12), $"scale {scale}: {kept} down to {found:R}, {above} above it, {mass} wanted");
        }
    }

    [Fact]
    public void FewerFiniteValuesThanWantedKeepsThemAll()
    {
        float[] values = new float[100];
        Array.Fill(values, float.NegativeInfinity);
        values[5] = 1;
        values[50] = 2;
        Assert.Equal(float.NegativeInfinity, Selection.KthLargest(values, 3, new float[100]));
        Assert.Equal([2f, 1f], Largest(values, 3));
    }

    private static float[] Largest(float[] values, int k)
    {
        float[] into = new float[values.Length];
        return into[..Selection.Largest(values, k, into)];
    }
}
