using Bloomery.Engine.Sampling;
using Bloomery.Engine.Speculation;

namespace Bloomery.Tests.Speculation;

public sealed class SpeculativeAcceptanceTests
{
    private static readonly double[] Target = [0.5, 0.2, 0.2, 0.1, 0];
    private static readonly double[] Draft = [0.1, 0.3, 0.2, 0.15, 0.25];

    /// <summary>By exact enumeration: drafting, accepting and redrawing together give the target's distribution.</summary>
    [Fact]
    public void WhatIsKeptFollowsTheTarget()
    {
        double[] residual = new double[5], marginal = new double[5];
        SpeculativeAcceptance.Residual(Target, Draft, residual);
        for (int drafted = 0; drafted < 5; drafted++)
        {
            double accept = SpeculativeAcceptance.Probability(Target, Draft, drafted);
            marginal[drafted] += Draft[drafted] * accept;
            for (int id = 0; id < 5; id++) marginal[id] += Draft[drafted] * (1 - accept) * residual[id];
        }
        for (int id = 0; id < 5; id++) Assert.Equal(Target[id], marginal[id], 1e-15);
    }

    /// <summary>The measured rate of acceptance is one minus the distance of the distributions.</summary>
    [Fact]
    public void RateIsWhatIsMeasured()
    {
        const int trials = 20_000;
        double rate = SpeculativeAcceptance.Rate(Target, Draft), distance = Target.Zip(Draft, (p, q) => Math.Abs(p - q)).Sum() / 2;
        Assert.Equal(1 - distance, rate, 1e-12);
        int accepted = 0;
        var stream = new RandomStream(3);
        for (int step = 0; step < trials; step++)
        {
            int drafted = 0;
            for (double cumulative = Draft[0]; cumulative <= stream.At(step).Draw && drafted < 4;) cumulative += Draft[++drafted];
            if (SpeculativeAcceptance.Accepts(Target, Draft, drafted, stream.Speculative(step).Accept)) accepted++;
        }
        Assert.Equal(rate, accepted / (double)trials, 4 * Math.Sqrt(rate * (1 - rate) / trials));
    }

    [Fact]
    public void AGreedyTargetTakesItsOwnTokenOnly()
    {
        double[] target = [0, 1, 0], next = new double[3];
        Assert.True(SpeculativeAcceptance.Accepts(target, [0.2, 0.3, 0.5], 1, 1 - 1e-16));
        Assert.False(SpeculativeAcceptance.Accepts(target, [0.2, 0.3, 0.5], 0, 0));
        double[] two = [.. target, .. target], three = [.. two, .. target];
        Assert.Equal(1, SpeculativeAcceptance.Accept(three, [0, 1, 0, 1, 0, 0], [1, 0], [0.5, 0.5], next));
        Assert.Equal(target, next);
    }

    [Fact]
    public void RowsThatDoNotFitAreRefused() =>
        Assert.Throws<ArgumentException>(() => SpeculativeAcceptance.Accept([1, 0], [1, 0], [0], [0.5], new double[2]));
}
