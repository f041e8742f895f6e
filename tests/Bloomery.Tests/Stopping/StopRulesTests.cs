using Bloomery.Engine.Stopping;

namespace Bloomery.Tests.Stopping;

public sealed class StopRulesTests
{
    [Fact]
    public void EndTokensLengthAndContextEndASequence()
    {
        var rules = new StopRules { EndIds = [2, 9], MaxTokens = 3 };
        Assert.Null(rules.After(5, 1));
        Assert.Equal(FinishReason.Stop, rules.After(9, 1));
        Assert.Equal(FinishReason.Length, rules.After(5, 3));
        Assert.Equal(FinishReason.Stop, rules.After(2, 3)); // the end token says more than the length
        Assert.Equal(FinishReason.Length, rules.After(5, 1, room: 0));
        Assert.Null(new StopRules().After(2, 1_000_000));
    }

    [Fact]
    public void StopStringsWaitForTheLeastLength()
    {
        Assert.True(new StopRules().StringsCount(1));
        var rules = new StopRules { MinTokens = 3 };
        Assert.False(rules.StringsCount(3));
        Assert.True(rules.StringsCount(4));
    }

    [Fact]
    public void EmptyStopStringsAreRefused() => Assert.Throws<ArgumentException>(() => new StopRules { StopStrings = [""] });
}
