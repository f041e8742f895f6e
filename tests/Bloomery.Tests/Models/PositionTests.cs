using Bloomery.Models.Positions;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>ALiBi slopes, rotary frequencies and relative buckets against formulas written down a second time.</summary>
public sealed class PositionTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(6), InlineData(8), InlineData(12), InlineData(16), InlineData(20), InlineData(32), InlineData(112)]
    public void Alibi_slopes_fit_any_number_of_heads(int heads)
    {
        float[] slopes = Alibi.Slopes(heads);
        double[] expected = NaiveMath.AlibiSlopes(heads);
        Assert.Equal(heads, slopes.Length);
        for (int i = 0; i < heads; i++)
        {
            Assert.InRange(slopes[i], float.Epsilon, 1);
            Assert.Equal(expected[i], slopes[i], 1e-7);
            if (int.IsPow2(heads)) Assert.Equal(Math.Pow(2, -8.0 * (i + 1) / heads), slopes[i], 1e-7);
        }
        Assert.Equal(heads, slopes.Distinct().Count());
    }

    [Fact]
    public void Alibi_of_the_key_alone_is_relative_alibi()
    {
        // The part of the bias that depends on the query cancels in the softmax.
        double[] scores = [0.3, -1, 2, 0.7];
        double[] Softmax(Func<int, double> bias)
        {
            double[] e = [.. scores.Select((s, j) => Math.Exp(s + bias(j)))];
            return [.. e.Select(x => x / e.Sum())];
        }
        double m = Alibi.Slopes(12)[5];
        foreach ((double a, double b) in Softmax(j => m * j).Zip(Softmax(j => -m * (3 - j)))) Assert.Equal(a, b, 1e-12);
    }

    [Fact]
    public void Llama3_leaves_fast_frequencies_and_divides_slow_ones()
    {
        RopeScaling scaling = new() { Type = "llama3", Theta = 500000, Factor = 8, OriginalLength = 8192, MaxLength = 131072, LowFrequencyFactor = 1,
            HighFrequencyFactor = 4 };
        float[] actual = new Rotary(128, scaling).Frequencies(100);
        for (int j = 0; j < 64; j++)
        {
            double theta = Math.Pow(500000, -j / 64.0), turns = 8192 * theta / (2 * Math.PI), t = (turns - 1) / 3;
            double expected = turns < 1 ? theta / 8 : turns > 4 ? theta : (1 - t) * theta / 8 + t * theta;
            Assert.Equal(expected, actual[j], expected * 1e-5);
        }
    }

    [Theory]
    [InlineData(24), InlineData(80), InlineData(96), InlineData(64)]
    public void Frequencies_are_rounded_as_single_precision_computes_them(int dimensions)
    {
        float[] actual = new Rotary(dimensions, new RopeScaling { Theta = 1000000 }).Frequencies(1);
        for (int j = 0; j < actual.Length; j++)
        {
            float exponent = (float)(2 * j) / dimensions, power = (float)Math.Pow(1000000f, exponent);
            Assert.Equal(1f / power, actual[j]);
        }
        Assert.Equal(dimensions == 64, actual.Select((f, j) => Math.Abs(f / Math.Pow(1e6, -2.0 * j / dimensions) - 1)).Max() < 2e-7);
    }

    [Fact]
    public void Yarn_scales_cosines_by_the_stated_factor_or_by_the_two_scales()
    {
        RopeScaling scaling = new() { Type = "yarn", Factor = 4, OriginalLength = 32, MaxLength = 128 };
        double G(double k) => 1 + 0.1 * k * Math.Log(4);
        Assert.Equal(G(1), new Rotary(8, scaling).AttentionFactor, 1e-6);
        Assert.Equal(G(1), new Rotary(8, scaling with { MScale = 0.7, MScaleAllDim = 0 }).AttentionFactor, 1e-6);
        Assert.Equal(G(0.7) / G(0.4), new Rotary(8, scaling with { MScale = 0.7, MScaleAllDim = 0.4 }).AttentionFactor, 1e-6);
        Assert.Equal(0.5, new Rotary(8, scaling with { AttentionFactor = 0.5, MScale = 0.7, MScaleAllDim = 0.4 }).AttentionFactor, 1e-6);
        Assert.Equal(1, new Rotary(8, scaling with { Factor = 0.5 }).AttentionFactor, 1e-6);
    }

    [Fact]
    public void Longrope_and_dynamic_change_beyond_their_lengths_only()
    {
        Rotary longrope = new(4, new RopeScaling { Type = "longrope", OriginalLength = 8, MaxLength = 32, ShortFactor = [1, 2], LongFactor = [3, 4] });
        Assert.False(longrope.ChangesBetween(7, 8));
        Assert.True(longrope.ChangesBetween(8, 9));
        Assert.Equal(1, longrope.Frequencies(8)[0], 1e-6);
        Assert.Equal(1 / 3.0, longrope.Frequencies(9)[0], 1e-6);
        Rotary dynamic = new(8, new RopeScaling { Type = "dynamic", Factor = 2, OriginalLength = 8, MaxLength = 8 });
        Assert.False(dynamic.ChangesBetween(1, 8));
        Assert.True(dynamic.ChangesBetween(8, 9));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Relative_buckets_are_exact_near_and_logarithmic_far(bool bidirectional)
    {
        const int Buckets = 32, Far = 128;
        int n = bidirectional ? Buckets / 2 : Buckets, e = n / 2;
        for (int d = -300; d <= 300; d++)
        {
            int first = bidirectional && d > 0 ? n : 0, x = bidirectional ? Math.Abs(d) : Math.Max(-d, 0);
            // A nudge keeps the exact powers on their own side of the truncation.
            int expected = first + (x < e ? x : Math.Min(e + (int)(Math.Log((double)x / e) / Math.Log((double)Far / e) * (n - e) + 1e-6), n - 1));
            Assert.True(expected == RelativeBuckets.Of(d, bidirectional, Buckets, Far),
                $"distance {d}: {RelativeBuckets.Of(d, bidirectional, Buckets, Far)}, not {expected}");
        }
    }
}
