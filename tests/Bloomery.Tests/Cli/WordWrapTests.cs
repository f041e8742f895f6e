using Bloomery.Cli.Output;

namespace Bloomery.Tests.Cli;

public class WordWrapTests
{
    [Theory]
    [InlineData("the quick brown fox", "the quick\nbrown fox")]
    [InlineData("1234567890 x", "1234567890\nx")] // exactly a line
    [InlineData("a\nb\n\nc", "a\nb\n\nc")]
    [InlineData("    indented code here", "    indented\ncode here")] // indentation stays; the word after it has to go somewhere
    [InlineData("  a  b", "  a  b")]
    [InlineData("see https://example.org/long now", "see\nhttps://example.org/long now")] // a long word is the terminal's to break
    [InlineData("日本語の文章です", "日本語の文\n章です")] // wide characters break anywhere
    [InlineData("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301 ab", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301 ab")] // marks take no room
    [InlineData("trailing  \nspaces", "trailing\nspaces")]
    [InlineData("a\tb\tc", "a\tb\nc")]
    [InlineData("", "")]
    public void Text_is_broken_between_words(string text, string expected)
    {
        var whole = new WordWrap(() => 10);
        Assert.Equal(expected, whole.Push(text) + whole.Flush());
        // The pieces in which it comes make no difference.
        var pieces = new WordWrap(() => 10);
        Assert.Equal(expected, string.Concat(text.EnumerateRunes().Select(rune => pieces.Push(rune.ToString()))) + pieces.Flush());
    }

    [Fact]
    public void A_word_is_shown_when_it_ends_and_a_resize_counts_from_then_on()
    {
        int width = 10;
        var wrap = new WordWrap(() => width);
        Assert.Equal("", wrap.Push("hel"));
        Assert.Equal("hello", wrap.Push("lo "));
        width = 20;
        Assert.Equal(" wonderful", wrap.Push("wonderful "));
        Assert.Equal("\nworld", wrap.Push("world") + wrap.Flush());
        Assert.False(wrap.IsAtBegin);
        wrap.Push("\n");
        Assert.True(wrap.IsAtBegin);
    }
}
