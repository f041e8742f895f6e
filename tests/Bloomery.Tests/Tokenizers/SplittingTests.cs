using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;
using Bloomery.Formats.Tokenizers.PreTokenizers;

namespace Bloomery.Tests.Tokenizers;

public sealed class SplittingTests
{
    [Theory]
    [InlineData(SplitBehavior.Removed, "the|final|countdown")]
    [InlineData(SplitBehavior.Isolated, "the|-|final|-|-|countdown")]
    [InlineData(SplitBehavior.MergedWithPrevious, "the-|final-|-|countdown")]
    [InlineData(SplitBehavior.MergedWithNext, "the|-final|-|-countdown")]
    [InlineData(SplitBehavior.Contiguous, "the|-|final|--|countdown")]
    public void Behaviours(object behavior, string expected) =>
        Assert.Equal(expected, Split(new SplitPreTokenizer(new TextPattern("-"), (SplitBehavior)behavior), "the-final--countdown"));

    [Theory]
    [InlineData(SplitBehavior.MergedWithPrevious, "-|a-|b-")]
    [InlineData(SplitBehavior.MergedWithNext, "-a|-b|-")]
    [InlineData(SplitBehavior.Contiguous, "-|a|-|b|-")]
    public void Behaviours_at_the_ends(object behavior, string expected) =>
        Assert.Equal(expected, Split(new SplitPreTokenizer(new TextPattern("-"), (SplitBehavior)behavior), "-a-b-"));

    [Fact]
    public void Inverted_the_gaps_go() =>
    Assert.Equal("--|-", Split(new SplitPreTokenizer(new RegexPattern("-+"), SplitBehavior.Removed, invert: true), "a--b-"));

    [Fact]
    public void Whitespace() =>
        Assert.Equal("How|are|you|?!|Été_1|\U0001F600", Split(new WhitespacePreTokenizer(), " How are\tyou?!\u3000Été_1 \U0001F600"));

    [Fact]
    public void WhitespaceSplit() => Assert.Equal("Hey,|man!", Split(new WhitespaceSplitPreTokenizer(), "Hey, man!\u2028"));

    [Fact]
    public void Digits()
    {
        Assert.Equal("Hey |123| friend|²½", Split(new DigitsPreTokenizer(false), "Hey 123 friend²½"));
        Assert.Equal("a|1|2|Ⅷ|b", Split(new DigitsPreTokenizer(true), "a12Ⅷb"));
        Assert.Equal("a|\U00011DE0\U00016FF6|b", Split(new DigitsPreTokenizer(false), "a\U00011DE0\U00016FF6b"));     // of Unicode 17
    }

    [Fact]
    public void Punctuation()
    {
        Assert.Equal("Hey |$|+|^|`|~|…", Split(new PunctuationPreTokenizer(), "Hey $+^`~…"));
        Assert.Equal("a|\u166D|\U000111C9|b", Split(new PunctuationPreTokenizer(), "a\u166D\U000111C9b"));             // punctuation in Unicode 8 only
        Assert.Equal("a\u2E4F", Split(new PunctuationPreTokenizer(), "a\u2E4F"));    // punctuation that is younger than Unicode 8
    }

    [Fact]
    public void Bert() => Assert.Equal("Hey|friend|!|How|are|you|?|!", Split(new BertPreTokenizer(), "Hey friend!     How are you?!"));

    [Theory]
    [InlineData("どこで生れ。Yes", "どこで生れ|。|Yes")]
    [InlineData("Apples are りんご 林檎", "Apples are |りんご 林檎")]          // a space belongs to what stands before it
    [InlineData("  a\u0301 1", "a|\u0301 |1")]                             // and is dropped at the start
    [InlineData("グーa\u0378b", "グー|a\u0378b")]                           // the prolonged sound mark counts as Han, what is not assigned as a space
    [InlineData("a\u0953\u0954\u0589", "a|\u0953\u0954|\u0589")]           // scripts as they were in Unicode 9
    [InlineData("a\uA7BAb", "a\uA7BAb")]                                   // a letter that is younger
    [InlineData("  ", "")]
    public void UnicodeScripts(string text, string expected) => Assert.Equal(expected, Split(new UnicodeScriptsPreTokenizer(), text));

    [Theory]
    [InlineData(5, "Hello world", "Hello| worl|d")]
    [InlineData(2, "a\U0001F600\U0001F600é", "a\U0001F600|\U0001F600é")]   // counted in code points
    [InlineData(9, "ab", "ab")]
    public void FixedLength(int length, string text, string expected) => Assert.Equal(expected, Split(new FixedLengthPreTokenizer(length), text));

    [Fact]
    public void CharDelimiter() => Assert.Equal("the|final|countdown", Split(new CharDelimiterPreTokenizer('-'), "the-final--countdown"));

    [Fact]
    public void Metaspace()
    {
        Assert.Equal("▁Hey|▁friend!|▁|▁x", Split(new MetaspacePreTokenizer(), "Hey friend!  x"));
        Assert.Equal("▁Hey|▁x", Split(new MetaspacePreTokenizer(), "▁Hey x"));
        Assert.Equal("Hey|▁x", Split(new MetaspacePreTokenizer(scheme: PrependScheme.Never), "Hey x"));
        Assert.Equal("▁Hey▁x", Split(new MetaspacePreTokenizer(split: false), "Hey x"));
    }

    [Fact]
    public void ByteLevel_spells_bytes_and_keeps_spans()
    {
        PieceList pieces = Pieces(new ByteLevelPreTokenizer(addPrefixSpace: true), "aé b");
        pieces.SpellBytes();
        Assert.Equal("ĠaÃ©|Ġb", Join(pieces));
        Assert.Equal([(0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (3, 4)], Enumerable.Range(0, pieces.Text.Length).Select(i => pieces.Text.SourceOf(i, i + 1)));
    }

    [Fact]
    public void A_sequence_refines() =>
        Assert.Equal("a|1|2|,|b",
            Split(new SequencePreTokenizer([new WhitespacePreTokenizer(), new DigitsPreTokenizer(true), new PunctuationPreTokenizer()]), "a 12, b"));

    private static string Split(PreTokenizer preTokenizer, string text) => Join(Pieces(preTokenizer, text));

    private static PieceList Pieces(PreTokenizer preTokenizer, string text)
    {
        var aligned = new AlignedText();
        aligned.Reset(text.AsMemory(), 0);
        var pieces = new PieceList();
        pieces.Reset(aligned);
        preTokenizer.Split(pieces);
        return pieces;
    }

    private static string Join(PieceList pieces) => string.Join('|', pieces.Ranges.Select(r => pieces.Text.Text[r.Begin..r.End].ToString()));
}
