using Bloomery.Formats.Tokenizers;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Bloomery.Tests.Tokenizers;

public sealed class PipelineTokenizerTests
{
    private static readonly EncodeOptions Special = new() { ParseSpecial = true, Offsets = true };
    private static readonly Dictionary<string, PipelineTokenizer> All = SmallTokenizers.Names.ToDictionary(n => n, SmallTokenizers.Open);

    public static TheoryData<string> Names() => [.. SmallTokenizers.Names];

    [Property(MaxTest = 300)]
    public Property Byte_level_text_survives() => Prop.ForAll(Texts.Arbitrary(), text =>
    {
        PipelineTokenizer tokenizer = All["byte-level"];
        Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeToIds(text, Special)));
        Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeToIds(text)));
        Assert.DoesNotContain(tokenizer.EncodeToIds(text), tokenizer.IsSpecial);
    });

    [Property(MaxTest = 300)]
    public Property Llama_text_survives() => Prop.ForAll(Texts.Arbitrary(), text =>
    {
        PipelineTokenizer tokenizer = All["llama"];
        Assert.Equal(text.Replace('▁', ' '), tokenizer.Decode(tokenizer.EncodeToIds(text)));
    });

    [Property(MaxTest = 200)]
    public Property Offsets_lie_inside_and_ascend() => Prop.ForAll(Texts.Arbitrary(), text =>
    {
        int length = text.EnumerateRunes().Count();
        foreach ((string name, PipelineTokenizer tokenizer) in All)
        {
            Encoding encoding = tokenizer.Encode(text, Special);
            Assert.Equal(encoding.Ids, tokenizer.EncodeToIds(text, Special));
            (int Begin, int End) last = (0, 0);
            foreach ((int begin, int end) in encoding.Offsets)
            {
                Assert.True(begin >= last.Begin && end >= last.End && begin <= end && end <= length, $"{name}: {(begin, end)} after {last} of {length}");
                last = (begin, end);
            }
        }
    });

    [Property(MaxTest = 200)]
    public Property Streams_join_to_the_whole() => Prop.ForAll(Gen.Choose(-2, 300).ListOf().ToArbitrary(), ids =>
    {
        int[] array = [.. ids];
        foreach ((string name, PipelineTokenizer tokenizer) in All)
        {
            foreach (bool skip in (bool[])[false, true])
            {
                string whole = tokenizer.Decode(array, skip);
                StreamingDecoder stream = tokenizer.CreateStreamingDecoder(skip);
                Assert.Equal(whole, string.Concat(array.Select(stream.Push)) + stream.Finish());
                string[] pieces = tokenizer.DecodePieces(array, skip);
                Assert.Equal(array.Length, pieces.Length);
                if (array.Length > 0) Assert.Equal(whole, string.Concat(pieces));
            }
            Assert.NotNull(name);
        }
    });

    [Property(MaxTest = 200)]
    public Property A_plain_range_is_text() => Prop.ForAll(Texts.Arbitrary(), Texts.Arbitrary(), (before, user) =>
    {
        PipelineTokenizer tokenizer = All["byte-level"];
        string text = $"<s>{before}</s>{user}<|endoftext|>";
        int begin = text.Length - "<|endoftext|>".Length - user.Length;
        EncodeOptions options = Special with { PlainRanges = [new TextRange(begin, begin + user.Length)] };
        Encoding encoding = tokenizer.Encode(text, options);
        int codeBegin = text[..begin].EnumerateRunes().Count(), codeEnd = text[..(begin + user.Length)].EnumerateRunes().Count();
        for (int i = 0; i < encoding.Length; i++)
            Assert.False(tokenizer.IsSpecial(encoding.Ids[i]) && encoding.Offsets[i].Begin < codeEnd && encoding.Offsets[i].End > codeBegin);
        Assert.Equal(2, encoding.Ids[^1]);
        Assert.Equal(text, tokenizer.Decode(encoding.Ids));
    });

    [Fact]
    public void Special_tokens_match_only_where_they_are_parsed()
    {
        PipelineTokenizer tokenizer = All["byte-level"];
        Assert.Contains(2, tokenizer.EncodeToIds("a<|endoftext|>b", Special));
        Assert.DoesNotContain(2, tokenizer.EncodeToIds("a<|endoftext|>b"));
        int tool = tokenizer.TokenToId("<tool>")!.Value;
        Assert.Contains(tool, tokenizer.EncodeToIds("a<tool>b"));
        Assert.Contains(tool, tokenizer.EncodeToIds("a<tool>b", Special with { PlainRanges = [new TextRange(0, 8)] }));
    }

    [Fact]
    public void A_special_token_that_is_only_partly_plain_is_text_and_hides_no_other()
    {
        PipelineTokenizer tokenizer = All["byte-level"];
        // The request ends with the head of a token whose tail the template happens to spell.
        int[] ids = tokenizer.EncodeToIds("</s></s>", Special with { PlainRanges = [new TextRange(0, 2)] });
        Assert.Equal("</s></s>", tokenizer.Decode(ids));
        Assert.Equal(1, ids.Count(tokenizer.IsSpecial));
        Assert.Equal(1, ids[^1]);
    }

    [Fact]
    public void Templates_and_pairs()
    {
        PipelineTokenizer tokenizer = All["byte-level"];
        Encoding one = tokenizer.Encode("a", Special with { AddSpecial = true });
        Assert.Equal(["<s>", "a"], one.Tokens);
        Assert.Equal([(0, 0), (0, 1)], one.Offsets);
        Encoding two = tokenizer.EncodePair("a", "b", Special with { AddSpecial = true });
        Assert.Equal(["a", "</s>", "b"], two.Tokens);
        Assert.Equal([0, 0, 1], two.TypeIds);
        Encoding bert = All["wordpiece"].EncodePair("the", "it", Special with { AddSpecial = true });
        Assert.Equal(["[CLS]", "the", "[SEP]", "it", "[SEP]"], bert.Tokens);
        Assert.Equal([0, 0, 0, 1, 1], bert.TypeIds);
    }

    [Fact]
    public void A_word_with_an_unknown_part_is_one_unknown()
    {
        Encoding encoding = All["wordpiece"].Encode("Hello hellx aaaaaaaaaaa aaaaaaaaaa", Special);
        Assert.Equal("hell ##o [UNK] [UNK] a", string.Join(' ', encoding.Tokens.Take(5)));
        Assert.Equal((6, 11), encoding.Offsets[2]);
    }

    [Fact]
    public void Unknown_text_of_unigram_is_fused_and_spelled_as_it_was()
    {
        Encoding encoding = All["unigram"].Encode("the xyz", Special);
        Assert.Equal(["▁the", "▁", "xyz"], encoding.Tokens);
        Assert.Equal([(0, 3), (3, 4), (4, 7)], encoding.Offsets);
    }

    [Fact]
    public void Word_level() =>
        Assert.Equal("Hello|,|the|<unk>|1", string.Join('|', All["wordlevel"].Encode("Hello, the other 1", Special).Tokens));

    [Fact]
    public void Without_a_decoder_tokens_are_joined_by_spaces() => Assert.Equal("Hello , the", All["wordlevel"].Decode([2, 99, 3, -1, 1]));

    [Fact]
    public void Bytes_of_tokens()
    {
        PipelineTokenizer bytes = All["byte-level"], llama = All["llama"];
        Assert.Equal([0xC3], bytes.TokenBytes(bytes.TokenToId("Ã")!.Value).ToArray());
        Assert.Equal(" the"u8.ToArray(), bytes.TokenBytes(bytes.TokenToId("Ġthe")!.Value).ToArray());
        Assert.Equal(" the"u8.ToArray(), llama.TokenBytes(llama.TokenToId("▁the")!.Value).ToArray());
        Assert.Equal([0xF0], llama.TokenBytes(llama.TokenToId("<0xF0>")!.Value).ToArray());
        Assert.Equal([], bytes.TokenBytes(0).ToArray());
        Assert.Equal([], bytes.TokenBytes(100_000).ToArray());
    }

    [Fact]
    public void Lone_surrogates_become_replacement_characters()
    {
        PipelineTokenizer tokenizer = All["byte-level"];
        Assert.Equal("a\uFFFDb\U0001F600\uFFFD", tokenizer.Decode(tokenizer.EncodeToIds("a\uD800b\U0001F600\uDC00")));
    }

    [Theory, MemberData(nameof(Names))]
    public void Many_threads_agree(string name)
    {
        string text = string.Concat(Enumerable.Repeat("Hello the world, it's a test 123 日本 ", 50));
        int[] expected = All[name].EncodeToIds(text);
        PipelineTokenizer fresh = SmallTokenizers.Open(name);
        Parallel.For(0, 16, _ => Assert.Equal(expected, fresh.EncodeToIds(text)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Cached_words_are_what_uncached_words_are(string name)
    {
        const string text = "the hello the hello the<s> 日本 é the";
        int[] first = SmallTokenizers.Open(name).EncodeToIds(text);
        PipelineTokenizer again = SmallTokenizers.Open(name);
        again.EncodeToIds(text);
        Assert.Equal(first, again.EncodeToIds(text));
    }
}
