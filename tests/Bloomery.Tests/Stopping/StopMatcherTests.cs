using Bloomery.Engine.Stopping;
using FsCheck.Xunit;

namespace Bloomery.Tests.Stopping;

public sealed class StopMatcherTests
{
    [Fact]
    public void TextWithoutStopStringsPassesThrough()
    {
        var matcher = new StopMatcher([]);
        string piece = "hello";
        Assert.Same(piece, matcher.Push(piece));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void AStopStringMaySpanPieces()
    {
        var matcher = new StopMatcher(["</end>"]);
        Assert.Equal("abc", matcher.Push("abc"));
        Assert.Equal("", matcher.Push("</"));
        Assert.Equal(2, matcher.Held);
        Assert.Equal("", matcher.Push("en"));
        Assert.Equal("", matcher.Push("d>tail"));
        Assert.Equal("</end>", matcher.Matched);
        Assert.Equal("", matcher.Push("more"));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void WhatTurnsOutHarmlessIsReleased()
    {
        var matcher = new StopMatcher(["abcd", "bcx"]);
        Assert.Equal("", matcher.Push("abc"));
        Assert.Equal("abc!", matcher.Push("!"));
        Assert.Equal("", matcher.Push("abc"));
        Assert.Equal("a", matcher.Push("x"));
        Assert.Equal("bcx", matcher.Matched);
    }

    [Fact]
    public void OverlappingBeginningsAreHeldNoLongerThanNeeded()
    {
        var matcher = new StopMatcher(["aab"]);
        Assert.Equal("", matcher.Push("aa"));
        Assert.Equal("a", matcher.Push("a"));
        Assert.Equal("aac", matcher.Push("c"));
        Assert.Equal("", matcher.Push("aa"));
        Assert.Equal("", matcher.Push("b"));
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void TheFirstToEndWinsAndThenTheLongest()
    {
        var first = new StopMatcher(["abcd", "bc"]);
        Assert.Equal("xa", first.Push("xabcd"));
        Assert.Equal("bc", first.Matched);
        var longest = new StopMatcher(["c", "bc", "abc"]);
        Assert.Equal("x", longest.Push("xabc"));
        Assert.Equal("abc", longest.Matched);
    }

    [Fact]
    public void HeldTextComesOutWhenTheTextEnds()
    {
        var matcher = new StopMatcher(["STOP"]);
        Assert.Equal("x", matcher.Push("xST"));
        Assert.Equal("ST", matcher.Flush());
        Assert.False(matcher.Stopped);
    }

    [Fact]
    public void BeforeTheLeastLengthNothingStops()
    {
        var matcher = new StopMatcher(["ab"]);
        Assert.Equal("xab", matcher.Push("xab", mayStop: false));
        Assert.Equal("xa", matcher.Push("xa", mayStop: false));
        Assert.Equal("b", matcher.Push("b"));
        Assert.Equal("", matcher.Push("ab"));
        Assert.True(matcher.Stopped);
    }

    [Fact]
    public void CharactersBeyondTheBasicPlaneAreNotCut()
    {
        var matcher = new StopMatcher(["\U0001F600!"]);
        Assert.Equal("", matcher.Push("\U0001F600"));
        Assert.Equal("\U0001F600?", matcher.Push("?"));
    }

    [Fact]
    public void EmptyStopStringsAreRefused() => Assert.Throws<ArgumentException>(() => new StopMatcher(["a", ""]));

    /// <summary>However the text is cut: what comes out is the text before the stop string that ends first, and only a possible beginning is held.</summary>
    [Property(MaxTest = 1000)]
    public void AnyTextInAnyPiecesMatchesANaiveSearch(byte[] symbols, byte[] cuts, byte[] stopSymbols)
    {
        string text = string.Concat(symbols.Select(s => (char)('a' + s % 3)));
        string[] stops = [.. stopSymbols.Chunk(3).Take(4).Select(chunk => string.Concat(chunk.Select(s => (char)('a' + s % 3)))).Where(s => s != "")];
        var matcher = new StopMatcher(stops);
        (string expected, string? stop) = Naive(text, stops);

        string released = "";
        for (int at = 0, cut = 0; at < text.Length;)
        {
            int length = cuts.Length == 0 ? 1 : Math.Min(1 + cuts[cut++ % cuts.Length] % 4, text.Length - at);
            released += matcher.Push(text.Substring(at, length));
            at += length;
            Assert.StartsWith(released, expected);
            if (matcher.Stopped) break;
            string held = text[released.Length..at];
            Assert.Equal(held.Length, matcher.Held);
            Assert.True(held == "" || stops.Any(s => s.StartsWith(held, StringComparison.Ordinal)), $"'{held}' is held without need");
        }
        released += matcher.Flush();
        Assert.Equal(expected, released);
        Assert.Equal(stop, matcher.Matched);
    }

    private static (string Text, string? Stop) Naive(string text, string[] stops)
    {
        for (int end = 1; end <= text.Length; end++)
        {
            string? found = stops.Where(s => text[..end].EndsWith(s, StringComparison.Ordinal)).MaxBy(s => s.Length);
            if (found is not null) return (text[..(end - found.Length)], found);
        }
        return (text, null);
    }
}
