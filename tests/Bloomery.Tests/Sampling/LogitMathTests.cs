using Bloomery.Engine.Sampling;

namespace Bloomery.Tests.Sampling;

public sealed class LogitMathTests
{
    [Fact]
    public void ExponentialIsAccurate()
    {
        for (float x = 0; x > -87; x -= 0.00137f)
        {
            double exact = Math.Exp(x);
            Assert.True(Math.Abs(LogitMath.Exp(x) - exact) <= 2.4e-7 * exact, $"exp({x:R}) = {LogitMath.Exp(x):R} instead of {exact:R}");
        }
        Assert.Equal(1f, LogitMath.Exp(0));
        Assert.Equal(0f, LogitMath.Exp(-100));
        Assert.Equal(0f, LogitMath.Exp(float.NegativeInfinity));
        Assert.True(float.IsNaN(LogitMath.Exp(float.NaN)));
    }

    /// <summary>Vector lanes and the scalar twin give the same bits: results do not depend on the machine's vector width.</summary>
    [Fact]
    public void VectorsAgreeWithScalarTwinBitByBit()
    {
        float[] logits = TestLogits.Random(4099, seed: 1, scale: 30);
        logits[17] = float.NegativeInfinity;
        float max = LogitMath.Max(logits);
        float[] weights = new float[logits.Length];
        LogitMath.Weigh(logits, max, weights);
        for (int i = 0; i < logits.Length; i++) Assert.Equal(LogitMath.Exp(logits[i] - max), weights[i]);
    }

    [Theory]
    [InlineData(1), InlineData(7), InlineData(8), InlineData(33), InlineData(511), InlineData(512), InlineData(513), InlineData(5000)]
    public void ReductionsMatchPlainLoops(int length)
    {
        float[] logits = TestLogits.Random(length, seed: (ulong)length, scale: 4);
        Assert.Equal(logits.Max(), LogitMath.Max(logits));
        Assert.Equal(Array.IndexOf(logits, logits.Max()), LogitMath.ArgMax(logits));
        double max = logits.Max(), sum = logits.Sum(z => Math.Exp(z - max));
        Assert.Equal(max + Math.Log(sum), LogitMath.LogSumExp(logits), 1e-6);
        float[] weights = new float[length];
        double total = LogitMath.Weigh(logits, (float)max, weights);
        Assert.Equal(sum, total, sum * 1e-6);
        double entropy = -logits.Sum(z => Math.Exp(z - max) / sum * (z - max - Math.Log(sum)));
        Assert.Equal(entropy, LogitMath.Entropy(logits, (float)max, weights, total), 1e-5);
    }

    [Fact]
    public void LogSumExpNeitherOverflowsNorUnderflows()
    {
        Assert.Equal(1e30 + Math.Log(2), LogitMath.LogSumExp([1e30f, 1e30f]), 1e24);
        Assert.Equal(-3e4 + Math.Log(2), LogitMath.LogSumExp([-3e4f, -3e4f]), 1e-3);
        Assert.Equal(double.NegativeInfinity, LogitMath.LogSumExp([float.NegativeInfinity, float.NegativeInfinity]));
        Assert.True(double.IsNaN(LogitMath.LogSumExp([1, float.NaN, 2])));
    }

    [Fact]
    public void LargestTakesLowestIndexOnTiesAndRefusesNonNumbers()
    {
        float[] logits = new float[100];
        logits[41] = logits[42] = logits[99] = 5;
        Assert.Equal(41, LogitMath.ArgMax(logits));
        Assert.Equal(0, LogitMath.ArgMax(new float[100]));
        Assert.Equal(-1, LogitMath.ArgMax([float.NegativeInfinity]));
        logits[70] = float.NaN;
        Assert.Equal(-1, LogitMath.ArgMax(logits));
    }

    /// <summary>The draw is the first id, in id order, at which the cumulative probability exceeds the number.</summary>
    [Fact]
    public void DrawInvertsTheCumulativeDistribution()
    {
        float[] weights = [.. TestLogits.Random(3000, seed: 5, scale: 2).Select(z => z < 0 ? 0 : z)];
        double sum = weights.Sum(w => (double)w);
        for (int step = 0; step < 500; step++)
        {
            double u = new RandomStream(9).At(step).Draw, cumulative = 0;
            int expected = -1;
            while (cumulative <= u * sum) cumulative += weights[++expected];
            Assert.Equal(expected, LogitMath.Draw(weights, sum, u));
        }
    }

    [Fact]
    public void DrawNeverTakesARemovedToken()
    {
        float[] weights = new float[2000];
        weights[3] = weights[1200] = 1;
        Assert.Equal(3, LogitMath.Draw(weights, 2, 0));
        Assert.Equal(1200, LogitMath.Draw(weights, 2, 0.5));
        Assert.Equal(1200, LogitMath.Draw(weights, 2, 1 - 1e-16));
        Assert.Equal(1200, LogitMath.Draw(weights, 2.0000001, 1 - 1e-16)); // a sum that was rounded up
    }
}
