using Bloomery.Engine.Sampling;
using Bloomery.Engine.Sampling.Steps;
using FsCheck.Xunit;

namespace Bloomery.Tests.Sampling;

/// <summary>Single steps against their definitions; the golden data compare them with the reference library.</summary>
public sealed class LogitStepTests
{
    [Property(MaxTest = 200)]
    public void TopPKeepsTheSmallestSetThatReachesP(uint seed, byte part, byte spread)
    {
        float p = Math.Clamp(part / 255f, 0.001f, 0.999f);
        float[] logits = TestLogits.Random(700, seed, scale: 0.1f + spread / 20f);
        double[] probabilities = Softmax(logits);
        new TopP(p).Apply(logits, Context([]));

        double kept = probabilities.Where((_, id) => float.IsFinite(logits[id])).Sum();
        double least = probabilities.Where((_, id) => float.IsFinite(logits[id])).Min();
        double most = probabilities.Where((_, id) => !float.IsFinite(logits[id])).DefaultIfEmpty(0).Max();
        Assert.True(kept >= p - 1e-6, $"only {kept} of {p} is kept");
        Assert.True(kept - least < p + 1e-6, $"{kept} is kept, and {kept - least} would have reached {p}");
        Assert.True(most <= least, "a likelier token was removed");
    }

    [Fact]
    public void TopPOverALargeFlatVocabularyKeepsItsShare()
    {
        float[] logits = TestLogits.Random(250_000, seed: 1, scale: 0.01f);
        new TopP(0.7f).Apply(logits, new SampleContext([], 0, default, new SampleScratch(250_000)));
        Assert.InRange(logits.Count(float.IsFinite), 174_000, 176_000);
    }

    [Fact]
    public void DryPenalisesTheLongestRepeatOnly()
    {
        // ... 1 2 3 4 | 9 2 3 5 | 1 2 3 : 4 would prolong a repeat of three, 5 one of two.
        float[] logits = new float[10];
        new Dry(1, growth: 2, allowedLength: 2).Apply(logits, Context([1, 2, 3, 4, 9, 2, 3, 5, 1, 2, 3]));
        Assert.Equal([0, 0, 0, 0, -2, -1, 0, 0, 0, 0], logits);
    }

    [Fact]
    public void DryStopsAtBreakers()
    {
        float[] logits = new float[10];
        new Dry(1, growth: 2, allowedLength: 2, breakers: [2]).Apply(logits, Context([1, 2, 3, 4, 1, 2, 3]));
        Assert.Equal(new float[10], logits);
        new Dry(1, growth: 2, allowedLength: 1, breakers: [2]).Apply(logits, Context([1, 2, 3, 4, 1, 2, 3]));
        Assert.Equal(-1, logits[4]);
    }

    [Fact]
    public void PresenceAndFrequencyCountTheOutputOnly()
    {
        float[] logits = new float[6];
        new PresenceFrequency(1, 0.5f).Apply(logits, Context([1, 1, 2, 3, 3], prompt: 2));
        Assert.Equal([0, 0, -1.5f, -2, 0, 0], logits);
    }

    [Fact]
    public void RepetitionCountsPromptAndOutputOnce()
    {
        float[] logits = [1, 2, -2, 4];
        new RepetitionPenalty(2).Apply(logits, Context([1, 1, 2, 1], prompt: 2));
        Assert.Equal([1, 1, -4, 4], logits);
    }

    [Fact]
    public void NgramsOfPromptAndOutputAreBanned()
    {
        float[] logits = new float[6];
        new NoRepeatNgram(3).Apply(logits, Context([1, 2, 3, 1, 2, 5, 1, 2], prompt: 3));
        Assert.Equal([0, 0, 0, float.NegativeInfinity, 0, float.NegativeInfinity], logits);
    }

    [Fact]
    public void EncoderNgramsAreBannedInTheOutput()
    {
        float[] logits = new float[6];
        new EncoderNoRepeatNgram(2).Apply(logits, new SampleContext([0, 1], 1, default, new SampleScratch(6), [1, 4, 2, 1, 5]));
        Assert.Equal([0, 0, 0, 0, float.NegativeInfinity, float.NegativeInfinity], logits);
    }

    [Fact]
    public void EncoderRepetitionFavoursTheInput()
    {
        float[] logits = [1, -1, 1, -1];
        new EncoderRepetitionPenalty(2).Apply(logits, new SampleContext([], 0, default, new SampleScratch(4), [0, 1, 1]));
        Assert.Equal([2, -0.5f, 1, -1], logits);
    }

    [Fact]
    public void ForcedTokensComeWhenDueOnly()
    {
        float[] logits = [1, 2, 3];
        new ForcedBos(1).Apply(logits, Context([0, 1]));
        new ForcedEos(5, [2]).Apply(logits, Context([0, 1, 2], prompt: 1));
        Assert.Equal([1, 2, 3], logits);
        new ForcedBos(1).Apply(logits, Context([0]));
        Assert.Equal([float.NegativeInfinity, 0, float.NegativeInfinity], logits);
        new ForcedEos(3, [2]).Apply(logits, Context([0, 1, 2], prompt: 1));
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity, 0], logits);
    }

    [Fact]
    public void LengthDecayNeverRevivesABannedEnd()
    {
        float[] logits = [float.NegativeInfinity, 1, -2];
        new ExponentialDecayLength(1, 2, [0, 1, 2]).Apply(logits, Context([5, 5, 5]));
        Assert.Equal([float.NegativeInfinity, 4, 4], logits);
    }

    [Fact]
    public void TopNSigmaKeepsTheSameTokensAtEveryTemperature()
    {
        float[] logits = TestLogits.Random(500, seed: 3, scale: 2), hot = [.. logits.Select(z => z / 1.7f)];
        new TopNSigma(2).Apply(logits, Context([]));
        new TopNSigma(2).Apply(hot, Context([]));
        Assert.Equal(logits.Select(float.IsFinite), hot.Select(float.IsFinite));
        float[] kept = [.. logits.Where(float.IsFinite)];
        Assert.InRange(kept.Length, 1, 499);
        Assert.True(kept.Max() - kept.Min() <= 2 * 2.2f);
    }

    private static double[] Softmax(float[] logits)
    {
        double max = logits.Max(), sum = logits.Sum(z => Math.Exp(z - max));
        return [.. logits.Select(z => Math.Exp(z - max) / sum)];
    }

    private static SampleContext Context(int[] history, int prompt = 0) => new(history, prompt, default, new SampleScratch(1000));
}
