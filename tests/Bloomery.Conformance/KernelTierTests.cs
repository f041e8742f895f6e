using Bloomery.Numerics.Kernels;

namespace Bloomery.Conformance;

/// <summary>The catalogue of tiers and the choice among them.</summary>
public class KernelTierTests
{
    [Fact]
    public void TiersAreListedFastestFirstAndTheReferenceIsLast()
    {
        Assert.Equal(["portable-512", "portable-256", "portable-128", "reference"], KernelTiers.Names);
        Assert.Null(KernelTiers.MissingFeature("reference"));
        Assert.Null(KernelTiers.MissingFeature("portable-128"));
    }

    [Fact]
    public void DetectionTakesTheFirstThatRunsAndSaysWhy()
    {
        string best = KernelTiers.Names.First(name => KernelTiers.MissingFeature(name) is null);
        KernelChoice choice = KernelTiers.Detect("auto");
        if (Environment.GetEnvironmentVariable(KernelTiers.Variable) is null) Assert.Equal(best, choice.Kernels.Name);
        Assert.StartsWith(choice.Kernels.Name, choice.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', choice.Reason);
    }

    [Fact]
    public void ANameWithoutItsWidthMeansTheWidest()
    {
        string widest = KernelTiers.Names.First(name => name.StartsWith("portable", StringComparison.Ordinal) && KernelTiers.MissingFeature(name) is null);
        Assert.Equal(widest, KernelTiers.Create("portable").Name);
        Assert.Equal(widest, KernelTiers.Detect("Portable").Kernels.Name);
    }

    [Theory]
    [InlineData("avx2")]
    [InlineData("avx512")]
    [InlineData("assembled")]
    [InlineData("")]
    [InlineData("port")]
    public void TiersThatAreNotInThisBuildAreRefusedByName(string name)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => KernelTiers.Create(name));
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
        Assert.Contains("portable-256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTierThatRunsCanBeMade() =>
    Assert.All(KernelTiers.Names.Where(n => KernelTiers.MissingFeature(n) is null), name => Assert.Equal(name, KernelTiers.Create(name).Name));
}
