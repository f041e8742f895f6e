using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Normalizers;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;

namespace Bloomery.Tests.Tokenizers;

public sealed class NormalizerTests
{
    [Fact]
    public void Decomposed_characters_keep_their_spans()
    {
        AlignedText text = Run(new UnicodeFormNormalizer(compatibility: false, compose: false), "aéb");
        Assert.Equal("ae\u0301b", text.Text.ToString());
        Assert.Equal([(0, 1), (1, 2), (1, 2), (2, 3)], Spans(text));
    }

    // The reference's quirk: a base and its accent become one character with the span of the base.
    [Fact]
    public void Composed_characters_have_the_span_of_the_first()
    {
        AlignedText text = Run(new UnicodeFormNormalizer(compatibility: false, compose: true), "ae\u0301b");
        Assert.Equal("aéb", text.Text.ToString());
        Assert.Equal([(0, 1), (1, 2), (3, 4)], Spans(text));
    }

    [Theory]
    [InlineData("ﬁ①Ⅷ㎏", "fi1VIIIkg")]
    [InlineData("가", "가")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u212B", "Å")]
    public void Compatibility(string text, string expected) =>
        Assert.Equal(expected, Run(new UnicodeFormNormalizer(compatibility: true, compose: true), text).Text.ToString());

    // U+A7F2 decomposes since Unicode 14: not in the reference's tables.
    [Fact]
    public void Younger_characters_are_left_alone() =>
        Assert.Equal("\uA7F2", Run(new UnicodeFormNormalizer(compatibility: true, compose: false), "\uA7F2").Text.ToString());

    [Fact]
    public void Lowercase_works_per_character() =>
        Assert.Equal("οσ i\u0307 ß \U00010428", Run(new LowercaseNormalizer(), "ΟΣ İ ẞ \U00010400").Text.ToString());

    [Fact]
    public void Prepend_takes_the_span_of_the_first_character()
    {
        AlignedText text = Run(new PrependNormalizer("▁▁"), "ab");
        Assert.Equal("▁▁ab", text.Text.ToString());
        Assert.Equal([(0, 1), (0, 1), (0, 1), (1, 2)], Spans(text));
        Assert.Equal("", Run(new PrependNormalizer("▁"), "").Text.ToString());
    }

    [Fact]
    public void Replace_takes_the_span_of_the_last_character_replaced()
    {
        AlignedText text = Run(new ReplaceNormalizer(new RegexPattern(" {2,}"), "__"), "a   b");
        Assert.Equal("a__b", text.Text.ToString());
        Assert.Equal([(0, 1), (3, 4), (3, 4), (4, 5)], Spans(text));
        Assert.Equal("``x''",
            Run(new SequenceNormalizer([new ReplaceNormalizer(new TextPattern("\u201C"), "``"), new ReplaceNormalizer(new TextPattern("\u201D"), "''")]),
                "\u201Cx\u201D").Text.ToString());
    }

    [Fact]
    public void Strip_keeps_the_spans_of_the_rest()
    {
        AlignedText text = Run(new StripNormalizer(true, true), " \u3000ab\n");
        Assert.Equal("ab", text.Text.ToString());
        Assert.Equal([(2, 3), (3, 4)], Spans(text));
        Assert.Equal("", Run(new StripNormalizer(true, true), " \u3000 ").Text.ToString());
    }

    [Fact]
    public void Lowercase_knows_the_letters_of_Unicode_17() =>
        Assert.Equal("\uA7CF\uA7D3\uA7D5\U00016EBB\U00016ED3", Run(new LowercaseNormalizer(), "\uA7CE\uA7D2\uA7D4\U00016EA0\U00016EB8").Text.ToString());

    // Characters whose category has changed since the versions that the reference's tables are of.
    [Fact]
    public void Accents_are_those_of_old_versions()
    {
        Assert.Equal("a\U000111C9", Run(new StripAccentsNormalizer(), "a\u1CF2\u1CF3\U000111C9").Text.ToString());
        Assert.Equal("a\u1885\u1886\uA9BD\U000111C9", Run(new BertNormalizer(), "a\u1734\u1885\u1886\uA9BD\U000111C9").Text.ToString());
    }

    [Fact]
    public void StripAccents_does_not_decompose() => Assert.Equal("éea", Run(new StripAccentsNormalizer(), "ée\u0301a\u20DD").Text.ToString());

    [Fact]
    public void Nmt() => Assert.Equal("a  b c", Run(new NmtNormalizer(), "a\t\u200Bb\u0007\u2581c\u008F").Text.ToString());

    [Fact]
    public void Bert() => Assert.Equal("cafe  東  京  x y", Run(new BertNormalizer(), "Caf\u00E9 東京\u0000 X\u00A0Y\u200D").Text.ToString());

    [Fact]
    public void Bert_without_lowercase_keeps_accents() => Assert.Equal("Café", Run(new BertNormalizer(lowercase: false), "Café").Text.ToString());

    [Fact]
    public void Surrogate_pairs_are_one_character()
    {
        AlignedText text = Run(new SequenceNormalizer([new LowercaseNormalizer(), new PrependNormalizer("x")]), "\U00010400a");
        Assert.Equal("x\U00010428a", text.Text.ToString());
        Assert.Equal([(0, 2), (0, 2), (0, 2), (2, 3)], Spans(text));
    }

    private static AlignedText Run(Normalizer normalizer, string input)
    {
        var text = new AlignedText();
        text.Reset(input.AsMemory(), 0);
        normalizer.Normalize(text);
        return text;
    }

    private static List<(int Begin, int End)> Spans(AlignedText text) => [.. Enumerable.Range(0, text.Length).Select(i => text.SourceOf(i, i + 1))];
}
