using Bloomery.Engine.Scoring;
using FsCheck.Xunit;

namespace Bloomery.Tests.Scoring;

public class PerplexityWindowsTests
{
    [Fact]
    public void Disjoint_windows_leave_out_each_first_token()
    {
        Assert.Equal([new(0, 512, 1), new(512, 1024, 513), new(1024, 1100, 1025)], PerplexityWindows.Divide(1100, 512, 512));
    }

    [Fact]
    public void Sliding_windows_score_what_was_not_scored_before()
    {
        Assert.Equal([new(0, 512, 1), new(256, 768, 512), new(512, 1000, 768)], PerplexityWindows.Divide(1000, 512, 256));
    }

    [Fact]
    public void Score_from_leaves_out_the_begin_of_each_window()
    {
        Assert.Equal([new(0, 512, 256), new(512, 1024, 768), new(1024, 1100, 1100)], PerplexityWindows.Divide(1100, 512, 512, scoreFrom: 256));
    }

    [Fact]
    public void The_last_window_is_the_one_that_reaches_the_end()
    {
        Assert.Equal([new(0, 512, 1)], PerplexityWindows.Divide(512, 512, 256));
        Assert.Equal([new(0, 10, 1)], PerplexityWindows.Divide(10, 512, 512));
    }

    [Property]
    public void No_token_is_scored_twice_and_none_is_lost(ushort tokens, byte context, byte stride)
    {
        int n = tokens % 3000 + 1, c = context % 64 + 2, s = stride % c + 1;
        int[] scored = [.. PerplexityWindows.Divide(n, c, s).SelectMany(window => Enumerable.Range(window.FirstScored, window.End - window.FirstScored))];
        Assert.Equal(scored.Length, scored.Distinct().Count());
        // With overlapping windows every token but the very first is scored.
        if (s < c) Assert.Equal(n - 1, scored.Length);
    }
}
