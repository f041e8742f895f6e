using System.Diagnostics;
using System.Text;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;
using FsCheck.Xunit;
using Encoding = Bloomery.Formats.Tokenizers.Encoding;

namespace Bloomery.Tests.Tokenizers.SentencePiece;

public class SentencePieceTokenizerTests
{
    private static readonly SentencePieceTokenizer Bpe = Parse(Letters(new ModelBuilder().Specials().Bytes().Bpe().Normalizer(4, 0)));
    private static readonly SentencePieceTokenizer Unigram = Parse(Letters(new ModelBuilder().Specials().Bytes().Normalizer(4, 0)));
    private static readonly SentencePieceTokenizer Lossy = Parse(Letters(new ModelBuilder().Specials().Piece("@@", 0, 4)));

    public static TheoryData<string> Kinds() => ["bpe", "unigram", "lossy"];

    [Fact]
    public void TheHighestScoreMergesFirstAndTheLeftmostOnTies()
    {
        SentencePieceTokenizer tokenizer = Parse(new ModelBuilder().Specials().Bpe().Normalizer(3, 0)
            .Piece("a", -9).Piece("b", -9).Piece("c", -9).Piece("ab", -2).Piece("bc", -1).Piece("aa", -3));
        Assert.Equal(["a", "bc"], tokenizer.Encode("abc", EncodeOptions.Default).Tokens);
        Assert.Equal(["aa", "a"], tokenizer.Encode("aaa", EncodeOptions.Default).Tokens);
    }

    [Fact]
    public void UserSymbolsNeverMergeAndAlwaysWin()
    {
        foreach (bool bpe in new[] { true, false })
        {
            ModelBuilder model = new ModelBuilder().Specials().Normalizer(3, 0).Piece("a", -1).Piece("ab", 9).Piece("b", -1).Piece("bb", 0, 4);
            SentencePieceTokenizer tokenizer = Parse(bpe ? model.Bpe() : model);
            Assert.Equal(["a", "bb"], tokenizer.Encode("abb", EncodeOptions.Default).Tokens);
        }
    }

    [Fact]
    public void UnusedPiecesGiveWayToTheirHalves()
    {
        ModelBuilder model = new ModelBuilder().Specials().Normalizer(3, 0).Bpe()
            .Piece("a", -9).Piece("b", -9).Piece("c", -9).Piece("ab", -1, 5).Piece("abc", -2, 5);
        Assert.Equal(["a", "b", "c", "a"], Parse(model).Encode("abca", EncodeOptions.Default).Tokens);
    }

    [Fact]
    public void UnknownNeighboursAreOneToken()
    {
        SentencePieceTokenizer tokenizer = Parse(new ModelBuilder().Specials().Piece("▁a", -1).Piece("▁", -2));
        Encoding encoding = tokenizer.Encode("a ?! ü", new() { Offsets = true });
        Assert.Equal(["▁a", "▁", "?!", "▁", "ü"], encoding.Tokens);
        Assert.Equal([(0, 1), (1, 2), (2, 4), (4, 5), (5, 6)], encoding.Offsets);
        Assert.Equal("a  ⁇   ⁇ ", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void SpecialTokensInTheTextStayTextUnlessAsked()
    {
        Assert.DoesNotContain(2, Bpe.EncodeToIds("a</s>b"));
        Encoding parsed = Bpe.Encode("ä</s>b", new() { ParseSpecial = true, AddSpecial = true, Offsets = true });
        Assert.Equal(1, parsed.Ids[0]);
        int at = Array.IndexOf(parsed.Ids, 2);
        Assert.Equal((1, 5), parsed.Offsets[at]);
        Assert.Equal((5, 5), parsed.Offsets[at + 1]);       // the space that the part behind it begins with
        Assert.Equal((5, 6), parsed.Offsets[at + 2]);
        Assert.Equal(2, parsed.Ids[^1]);

        EncodeOptions guarded = new() { ParseSpecial = true, PlainRanges = [new TextRange(0, 5)] };
        Assert.Equal(1, Bpe.EncodeToIds("</s>b</s>", guarded).Count(id => id == 2));
    }

    [Fact]
    public void PairsAreOneTextBehindTheOther()
    {
        Encoding pair = Bpe.EncodePair("a", "b", new() { AddSpecial = true, Offsets = true });
        int[] first = Bpe.EncodeToIds("a", new() { AddSpecial = true }), second = Bpe.EncodeToIds("b", new() { AddSpecial = true });
        Assert.Equal([.. first, .. second], pair.Ids);
        Assert.Equal([.. first.Select(_ => 0), .. second.Select(_ => 1)], pair.TypeIds);
        Assert.Equal((0, 1), pair.Offsets[first.Length + 2]);
    }

    [Theory]
    [InlineData(new[] { 0xE2, 0x82, 0xAC }, "€")]
    [InlineData(new[] { 0xE2, 0x82, 'a' }, "\uFFFD\uFFFDa")]
    [InlineData(new[] { 0xC0, 0x80, 0xFF }, "\uFFFD\uFFFD\uFFFD")]
    [InlineData(new[] { 0xF0, 0x9F, 0xE2, 0x82, 0xAC }, "\uFFFD\uFFFD€")]
    [InlineData(new[] { 0xF0, 0x9F }, "\uFFFD\uFFFD")]
    public void BytesDecodeByCharacter(int[] bytes, string expected)
    {
        int[] ids = bytes.Select(b => Bpe.TokenToId($"<0x{b:X2}>")!.Value).ToArray();
        Assert.Equal(expected, Bpe.Decode(ids));
        Assert.Equal(expected, string.Concat(Bpe.DecodePieces(ids)));
    }

    [Fact]
    public void StreamingGivesACharacterWithItsLastByte()
    {
        StreamingDecoder decoder = Bpe.CreateStreamingDecoder();
        string[] pieces = new[] { 0xE2, 0x82, 0xAC }.Select(b => decoder.Push(Bpe.TokenToId($"<0x{b:X2}>")!.Value)).ToArray();
        Assert.Equal(["", "", "€"], pieces);
        Assert.Equal("", decoder.Finish());
    }

    [Fact]
    public void IdsOutsideTheVocabularyGiveNothing() =>
        Assert.Equal("a", Bpe.Decode([-1, Bpe.TokenToId("a")!.Value, 1_000_000, int.MinValue, int.MaxValue]));

    [Property]
    public bool WhatByteFallbackEncodesItDecodes(string? text)
    {
        string wellFormed = new UTF8Encoding().GetString(new UTF8Encoding().GetBytes(text ?? ""));
        if (wellFormed.Contains('▁')) return true;
        return Bpe.Decode(Bpe.EncodeToIds(wellFormed)) == wellFormed && Unigram.Decode(Unigram.EncodeToIds(wellFormed)) == wellFormed;
    }

    [Property]
    public bool StreamedPiecesJoinToTheWhole(int[]? numbers, int kind)
    {
        SentencePieceTokenizer tokenizer = new[] { Bpe, Unigram, Lossy }[(kind & int.MaxValue) % 3];
        int[] ids = (numbers ?? []).Select(n => (n & int.MaxValue) % (tokenizer.VocabularySize + 2)).ToArray();
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
        string streamed = string.Concat(ids.Select(decoder.Push)) + decoder.Finish();
        return streamed == tokenizer.Decode(ids) && streamed == string.Concat(tokenizer.DecodePieces(ids));
    }

    [Property]
    public bool OffsetsAscendWithinTheText(string? text)
    {
        foreach (SentencePieceTokenizer tokenizer in new[] { Bpe, Unigram, Lossy })
        {
            string input = text ?? "";
            Encoding encoding = tokenizer.Encode(input, new() { Offsets = true });
            int last = 0;
            foreach ((int begin, int end) in encoding.Offsets)
            {
                if (begin < last || end < begin) return false;
                last = begin;
            }

            if (encoding.Length > 0 && encoding.Offsets[^1].End > input.EnumerateRunes().Count()) return false;
            if (!encoding.Ids.SequenceEqual(tokenizer.EncodeToIds(input))) return false;
        }

        return true;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AMegabyteOfOneLetterTakesNoQuadraticTime(string kind)
    {
        SentencePieceTokenizer tokenizer = kind switch { "bpe" => Bpe, "unigram" => Unigram, _ => Lossy };
        foreach ((string unit, int length) in new[] { ("a", 1 << 20), ("?", 1 << 16), ("ü", 1 << 16), (" ", 1 << 16), ("</s>", 1 << 16) })
        {
            string text = new StringBuilder().Insert(0, unit, length / unit.Length).ToString();
            var watch = Stopwatch.StartNew();
            int[] ids = tokenizer.EncodeToIds(text, new() { ParseSpecial = true });
            if (length < 1 << 20) tokenizer.Encode(text, new() { Offsets = true, ParseSpecial = true });
            tokenizer.Decode(ids);
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"{kind}, '{unit}': {watch.Elapsed}");
        }
    }

    private static ModelBuilder Letters(ModelBuilder model)
    {
        foreach (char c in "abcdefghij▁") model.Piece(c.ToString(), -8);
        foreach (string s in new[] { "aa", "aaaa", "aaaaaaaa", "ab", "▁a", "▁ab", "cd", "abcd", "▁▁" }) model.Piece(s, -s.Length);
        return model;
    }

    private static SentencePieceTokenizer Parse(ModelBuilder model) => SentencePieceTokenizer.Parse(model.Build(), "test.model");
}
