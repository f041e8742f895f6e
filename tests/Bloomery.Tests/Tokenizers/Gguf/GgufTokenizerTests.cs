using System.Diagnostics;
using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Gguf;
using FsCheck.Xunit;
using Encoding = Bloomery.Formats.Tokenizers.Encoding;

namespace Bloomery.Tests.Tokenizers.Gguf;

public class GgufTokenizerTests
{
    private static readonly EncodeOptions AddSpecial = new() { AddSpecial = true };
    private static readonly EncodeOptions ParseSpecial = new() { ParseSpecial = true };
    private static readonly Tokenizer ByteLevel = GgufTokenizer.Create(Vocabularies.ByteLevel().Metadata());
    private static readonly Tokenizer Llama = GgufTokenizer.Create(Vocabularies.Llama().Metadata());
    private static readonly Tokenizer T5 = GgufTokenizer.Create(Vocabularies.T5().Metadata());
    private static readonly Tokenizer Bert = GgufTokenizer.Create(Vocabularies.Bert().Metadata());

    [Fact]
    public void ByteLevelMergesBytesOfWords()
    {
        Encoding encoding = ByteLevel.Encode("hello hello é", new() { Offsets = true });
        Assert.Equal(["hello", "Ġhello", "Ġ", "Ã", "©"], encoding.Tokens);
        Assert.Equal([(0, 5), (5, 11), (11, 12), (12, 13), (12, 13)], encoding.Offsets);
        Assert.Equal("hello hello é", ByteLevel.Decode(encoding.Ids));
        Assert.Equal([0xC3], ByteLevel.TokenBytes(encoding.Ids[3]).ToArray());
    }

    [Fact]
    public void OffsetsCountCodePoints()
    {
        Encoding encoding = ByteLevel.Encode("😀hello<user>\uD800", new() { Offsets = true });
        Assert.Equal((1, 6), encoding.Offsets[4]);
        Assert.Equal((6, 12), encoding.Offsets[5]);
        Assert.Equal((12, 13), encoding.Offsets[^1]);
    }

    [Fact]
    public void SymbolsAreCutLongestFirstAndSpecialOnesOnlyWhereParsed()
    {
        Assert.Equal(["<user>er", "<user>"], ByteLevel.Encode("<user>er<user>", EncodeOptions.Default).Tokens);
        Assert.DoesNotContain(264, ByteLevel.EncodeToIds("<|im_start|>"));
        Assert.Equal([264, 265], ByteLevel.EncodeToIds("<|im_start|><|im_end|>", ParseSpecial));
        Assert.Equal([265], ByteLevel.EncodeToIds("<|im_start|><|im_end|>", ParseSpecial with { PlainRanges = [new TextRange(3, 4)] })[^1..]);
        Assert.DoesNotContain(264, ByteLevel.EncodeToIds("<|im_start|><|im_end|>", ParseSpecial with { PlainRanges = [new TextRange(3, 4)] }));
    }

    [Fact]
    public void TurnEndsAreSpecialWhateverTheirType()
    {
        Assert.True(ByteLevel.IsSpecial(265));
        Assert.Equal([265], TokenizerLoader.Load(Vocabularies.ByteLevel().Metadata()).EndIds);
        Assert.Equal("ab", ByteLevel.Decode([265, .. ByteLevel.EncodeToIds("ab")], skipSpecial: true));
        Assert.Equal("<|im_end|>ab", ByteLevel.Decode([265, .. ByteLevel.EncodeToIds("ab")]));
    }

    [Fact]
    public void FlagsSayWhatIsAdded()
    {
        int[] plain = ByteLevel.EncodeToIds("ab");
        Assert.Equal(plain, ByteLevel.EncodeToIds("ab", AddSpecial));
        Tokenizer both = GgufTokenizer.Create(Vocabularies.ByteLevel().Set("tokenizer.ggml.add_bos_token", true).Set("tokenizer.ggml.add_eos_token", true)
            .Metadata());
        Assert.Equal([264, .. plain, 265], both.EncodeToIds("ab", AddSpecial));
        Assert.Equal(plain, both.EncodeToIds("ab"));
        Assert.Equal([264, .. plain], GgufTokenizer.Create(Vocabularies.ByteLevel("llama-bpe").Metadata()).EncodeToIds("ab", AddSpecial));

        Assert.Equal("<s> ▁ab", string.Join(' ', Llama.Encode("ab", AddSpecial).Tokens));
        Assert.Equal("▁ab </s>", string.Join(' ', T5.Encode("ab", AddSpecial).Tokens));
        Assert.Equal("[CLS] ▁un able [SEP]", string.Join(' ', Bert.Encode("unable", AddSpecial).Tokens));
    }

    [Fact]
    public void PairsAreJoinedAsTheKindDoes()
    {
        Encoding pair = Bert.EncodePair("unable", "able!", AddSpecial);
        Assert.Equal("[CLS] ▁un able [SEP] ▁able ▁! [SEP]", string.Join(' ', pair.Tokens));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], pair.TypeIds);
        Assert.Equal("▁ab </s> ▁a </s>", string.Join(' ', T5.EncodePair("ab", "a", AddSpecial).Tokens));
    }

    [Fact]
    public void LlamaPutsASpaceInFrontAtTheStartAndAfterSymbols()
    {
        Assert.Equal(["▁ab", "<user>", "▁a", "</s>", "▁ab"], Llama.Encode("ab<user>a</s>ab", ParseSpecial).Tokens);
        Assert.Equal(["ab"], GgufTokenizer.Create(Vocabularies.Llama().Set("tokenizer.ggml.add_space_prefix", false).Metadata())
            .Encode("ab", EncodeOptions.Default).Tokens);
        Assert.Equal(["▁", "<0xC3>", "<0xBC>"], Llama.Encode("ü", EncodeOptions.Default).Tokens);
        Assert.Equal("ü ab", Llama.Decode(Llama.EncodeToIds("ü ab")));
        Assert.Equal("<s> ab</s>", Llama.Decode([1, .. Llama.EncodeToIds("ab"), 2]));
        Assert.Equal("ab", Llama.Decode([1, .. Llama.EncodeToIds("ab"), 2], skipSpecial: true));
    }

    [Fact]
    public void BertNormalisesAndFindsUnknownWords()
    {
        Encoding encoding = Bert.Encode("UNABLE Ä xyz!", new() { Offsets = true });
        Assert.Equal(["▁un", "able", "▁a", "[UNK]", "▁!"], encoding.Tokens);
        Assert.Equal([(0, 2), (2, 6), (7, 8), (9, 12), (12, 13)], encoding.Offsets);
        Assert.Equal("unable a!", Bert.Decode(encoding.Ids, skipSpecial: true));
        Tokenizer cased = GgufTokenizer.Create(Vocabularies.Bert().Set("tokenizer.ggml.normalizer.lowercase", false).Metadata());
        Assert.Equal(["[UNK]", "▁ä"], cased.Encode("Able ä", EncodeOptions.Default).Tokens);
    }

    [Fact]
    public void EveryKnownPreTokenizerKeepsTheWholeText()
    {
        const string Text = "Hello  wörld's 12345 ¼½ 日本語テスト\r\n\t don't DON'T ''x'' ... \u00A0end \U0001F600\U00020BB7 ー。 ";
        Assert.Contains("llama-bpe", ByteLevelGgufTokenizer.PreTokenizers);
        foreach (string name in ByteLevelGgufTokenizer.PreTokenizers)
        {
            Tokenizer tokenizer = GgufTokenizer.Create(Vocabularies.ByteLevel(name).Metadata());
            Assert.True(tokenizer.Decode(tokenizer.EncodeToIds(Text)) == Text, name);
        }
    }

    [Theory]
    [InlineData("tokenizer.ggml.pre", "no-such", "'no-such' is not a way of cutting words that this version knows; use the model's safetensors")]
    [InlineData("tokenizer.ggml.model", "rwkv", "'rwkv' is not supported, expected gpt2, gemma4, llama, bert or t5")]
    [InlineData("tokenizer.ggml.bos_token_id", "x", "tokenizer.ggml.bos_token_id")]
    public void BadKeysAreNamed(string key, object value, string message)
    {
        GgufWriter writer = Vocabularies.ByteLevel();
        Refused(value is string text ? writer.Set(key, text) : writer.Set(key, (uint)value), message);
    }

    [Fact]
    public void BadArraysAreNamed()
    {
        Refused(Vocabularies.ByteLevel().Remove("tokenizer.ggml.merges"), "tokenizer.ggml.merges: the file lacks this key");
        Refused(Vocabularies.ByteLevel().Remove("tokenizer.ggml.tokens"), "tokenizer.ggml.tokens: the file lacks this key");
        Refused(Vocabularies.ByteLevel().Remove("tokenizer.ggml.model"), "tokenizer.ggml.model: the file lacks this key");
        Refused(Vocabularies.ByteLevel().Set<string[]>("tokenizer.ggml.merges", ["h e", "h zz"]), "merge 1, 'h zz', names or makes a token");
        Refused(Vocabularies.ByteLevel().Set<string[]>("tokenizer.ggml.merges", ["he"]), "merge 0, 'he', is not two tokens");
        Refused(Vocabularies.ByteLevel().Set<string[]>("tokenizer.ggml.merges", [""]), "merge 0, '', is not two tokens");
        Refused(Vocabularies.ByteLevel().Set<int[]>("tokenizer.ggml.token_type", [1, 1]), "2 types for 268 tokens");
        Refused(Vocabularies.ByteLevel().Set<int[]>("tokenizer.ggml.token_type", [.. Enumerable.Repeat(9, 268)]), "token 0 has type 9");
        Refused(Vocabularies.ByteLevel().Set<string[]>("tokenizer.ggml.tokens", []), "there are none");
        Refused(Vocabularies.Llama().Set<float[]>("tokenizer.ggml.scores", [1]), "1 scores for 266 tokens");
        Refused(Vocabularies.Llama().Remove("tokenizer.ggml.scores"), "tokenizer.ggml.scores: the file lacks this key");
        Refused(Vocabularies.T5().Set<byte[]>("tokenizer.ggml.precompiled_charsmap", [255, 255, 255, 255, 0]), "a trie of 4294967295 bytes");
    }

    [Property]
    public bool WhatIsEncodedIsDecoded(string? text)
    {
        string wellFormed = new UTF8Encoding().GetString(new UTF8Encoding().GetBytes(text ?? ""));
        return ByteLevel.Decode(ByteLevel.EncodeToIds(wellFormed)) == wellFormed
            && ByteLevel.Encode(text ?? "", ParseSpecial).Ids.SequenceEqual(ByteLevel.EncodeToIds(text ?? "", ParseSpecial))
            && (wellFormed.Contains('▁') || Llama.Decode(Llama.EncodeToIds(wellFormed)) == wellFormed);
    }

    [Property]
    public bool StreamedPiecesJoinToTheWhole(int[]? numbers, int kind, bool skipSpecial)
    {
        Tokenizer tokenizer = new[] { ByteLevel, Llama, T5, Bert }[kind & 3];
        int[] ids = (numbers ?? []).Select(n => (n & int.MaxValue) % (tokenizer.VocabularySize + 2)).ToArray();
        return tokenizer.Decode(ids, skipSpecial) == string.Concat(tokenizer.DecodePieces(ids, skipSpecial));
    }

    [Fact]
    public void LongTextsOfOneLetterTakeNoQuadraticTime()
    {
        var watch = Stopwatch.StartNew();
        foreach (Tokenizer tokenizer in new[] { ByteLevel, Llama, T5, Bert })
        {
            foreach (string unit in new[] { "<user>", "<", " " })
                tokenizer.EncodeToIds(new StringBuilder().Insert(0, unit, (1 << 16) / unit.Length).ToString());
            tokenizer.EncodeToIds(new string('a', 1 << 20));
        }

        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), watch.Elapsed.ToString());
    }

    private static void Refused(GgufWriter writer, string message)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => GgufTokenizer.Create(writer.Metadata()));
        Assert.Contains("vocabulary.gguf", e.Message);
        Assert.Contains(message, e.Message);
    }
}
