using Bloomery.Formats.Tokenizers;
using Bloomery.Tests.Tokenizers.SentencePiece;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Tokens that only the files beside a tokenizer name are tokens, with the ids that the reference library gives them.</summary>
public sealed class StatedTokenTests
{
    private const string Decoder = """
        {"added_tokens_decoder": {
          "{1}": {"content": "<|b|>", "special": false, "lstrip": false, "rstrip": false, "normalized": false, "single_word": false},
          "{0}": {"content": "<|a|>", "special": true, "lstrip": false, "rstrip": false, "normalized": false, "single_word": false}},
         "eos_token": "<|a|>"}
        """;

    private static readonly EncodeOptions Parse = new() { ParseSpecial = true };

    public static TheoryData<string> Kinds => [.. SmallTokenizers.Names];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ListedTokensHaveTheirIds(string kind)
    {
        int end = SmallTokenizers.Open(kind).VocabularySize;
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json(kind))
            .Place("tokenizer_config.json", Decoder.Replace("{0}", $"{end}", StringComparison.Ordinal).Replace("{1}", $"{end + 1}", StringComparison.Ordinal));
        TokenizerBundle bundle = directory.Load();
        Tokenizer tokenizer = bundle.Tokenizer;
        Assert.Equal((end + 2, end, "<|a|>"), (tokenizer.VocabularySize, tokenizer.EosId, bundle.EosToken));
        Assert.Equal([end], bundle.EndIds);
        Assert.Equal([end, end + 1], tokenizer.EncodeToIds("<|a|><|b|>", Parse));
        Assert.Equal(["<|a|>", "<|b|>"], tokenizer.Encode("<|a|><|b|>", Parse).Tokens);
        Assert.Equal([end + 1], tokenizer.EncodeToIds("<|b|>"));                 // not special: always found
        Assert.DoesNotContain(end, tokenizer.EncodeToIds("<|a|>"));              // special: text unless parsed
        Assert.DoesNotContain(end, tokenizer.EncodeToIds("<|a|>", Parse with { PlainRanges = [new TextRange(0, 5)] }));
        Assert.Contains("<|a|>", tokenizer.Decode([end]), StringComparison.Ordinal);
        Assert.Equal("", tokenizer.Decode([end], skipSpecial: true));
        Assert.Contains("<|b|>", tokenizer.Decode([end + 1], skipSpecial: true), StringComparison.Ordinal);
        Assert.Equal((true, false), (tokenizer.IsSpecial(end), tokenizer.IsSpecial(end + 1)));
    }

    /// <summary>Those with a role first, in the order of the roles, then a model's own and then the further ones.</summary>
    [Theory]
    [InlineData(
        """
        {"pad_token": "<p>", "eos_token": {"content": "<e>", "lstrip": true}, "image_token": "<i>",
         "additional_special_tokens": ["<x>", {"content": "<y>"}]}
        """,
        "<e> <p> <i> <x> <y>")]
    [InlineData("""{"extra_special_tokens": {"image_token": "<i>", "boi": "<b>"}, "bos_token": "<s2>"}""", "<s2> <i> <b>")]
    [InlineData(
        """
        {"extra_special_tokens": ["<x>"], "additional_special_tokens": ["<y>"], "mask_token": "<m>", "cls_token": "<c>", "sep_token": "<p>",
         "unk_token": "<u>"}
        """,
        "<u> <p> <c> <m> <x>")]
    [InlineData("""{"eos_token": "<e>", "pad_token": "<e>", "additional_special_tokens": ["<e>", "", "<x>"], "add_bos_token": true}""", "<e> <x>")]
    public void UnlistedTokensFollowBehindAllOthers(string config, string expected)
    {
        foreach (string kind in (string[])["byte-level", "wordpiece"])
        {
            int end = SmallTokenizers.Open(kind).VocabularySize;
            using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json(kind)).Place("tokenizer_config.json", config);
            Tokenizer tokenizer = directory.Load().Tokenizer;
            string[] tokens = expected.Split(' ');
            Assert.Equal(end + tokens.Length, tokenizer.VocabularySize);
            Assert.Equal(tokens, Enumerable.Range(end, tokens.Length).Select(tokenizer.IdToToken));
            Assert.All(Enumerable.Range(end, tokens.Length), id => Assert.True(tokenizer.IsSpecial(id)));
            Assert.Equal(Enumerable.Range(end, tokens.Length), tokenizer.EncodeToIds(string.Concat(tokens), Parse));
        }
    }

    [Fact]
    public void ATokenOfTheVocabularyKeepsItsIdAndBecomesSpecial()
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel"))
            .Place("tokenizer_config.json", """{"eos_token": "Hello", "added_tokens_decoder": {"9": {"content": "the", "special": true}}}""");
        Tokenizer tokenizer = directory.Load().Tokenizer;
        Assert.Equal((2, 6), (tokenizer.EosId, tokenizer.VocabularySize));
        Assert.Equal([1, 2], tokenizer.EncodeToIds("theHello", Parse));
        Assert.Equal("", tokenizer.Decode([1, 2], skipSpecial: true));
    }

    [Fact]
    public void AnIdThatIsTakenOrFarAwayIsNotObeyed()
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel"))
            .Place(
                "tokenizer_config.json",
                """{"added_tokens_decoder": {"3": {"content": "<x>"}, "8": {"content": "<y>"}, "2000000000": {"content": "<z>"}}}""");
        Tokenizer tokenizer = directory.Load().Tokenizer;
        Assert.Equal((6, 8, 9), (tokenizer.TokenToId("<x>"), tokenizer.TokenToId("<y>"), tokenizer.TokenToId("<z>")));
    }

    [Fact]
    public void TheListChangesHowATokenIsFound()
    {
        string config = """{"added_tokens_decoder": {"268": {"content": "<tool>", "special": true, "rstrip": true}}}""";
        Assert.Equal([268, 3 + 'a'], Load(null).EncodeToIds("<tool>a"));
        Assert.Equal([268, 3 + 'a'], Load(config).EncodeToIds("<tool>  a", Parse));
        Assert.DoesNotContain(268, Load(config).EncodeToIds("<tool>a"));

        static Tokenizer Load(string? config)
        {
            var json = SmallTokenizers.Json("byte-level");
            int tool = json["added_tokens"]!.AsArray().Last()!["id"]!.GetValue<int>();
            using TokenizerDirectory directory = TokenizerDirectory.With(json);
            if (config is not null) directory.Place("tokenizer_config.json", config);
            Assert.Equal(268, tool);
            return directory.Load().Tokenizer;
        }
    }

    /// <summary>As in the reference library: beside a list of added tokens older files do not count, without one they go before the configuration.</summary>
    [Theory]
    [InlineData("""{"eos_token": "Hello"}""", 1, "Hello", 2)]
    [InlineData("""{"eos_token": "Hello", "added_tokens_decoder": {}}""", 2, "the", 1)]
    public void OlderFiles(string map, int order, string other, int otherId)
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel"));
        if (order == 1)
        {
            directory.Place("tokenizer_config.json", """{"eos_token": "the"}""").Place("special_tokens_map.json", map)
                .Place("added_tokens.json", """{"<q>": 7, "Hello": 2, "<r>": 6}""");
            Tokenizer tokenizer = directory.Load().Tokenizer;
            Assert.Equal(("<r>", "<q>"), (tokenizer.IdToToken(6), tokenizer.IdToToken(7)));
            Assert.False(tokenizer.IsSpecial(7));
        }
        else
        {
            directory.Place("tokenizer_config.json", map.Replace("Hello", "the", StringComparison.Ordinal))
                .Place("special_tokens_map.json", """{"eos_token": "Hello"}""")
                .Place("added_tokens.json", """{"<q>": 6}""");
            Assert.Null(directory.Load().Tokenizer.TokenToId("<q>"));
        }
        Assert.Equal((other, otherId), (directory.Load().EosToken, directory.Load().Tokenizer.EosId));
    }

    [Fact]
    public void BesideASentencePieceModel()
    {
        using var directory = new TokenizerDirectory();
        directory.Place("tokenizer.model", new ModelBuilder().Specials().Piece("▁a", -1).Piece("b", -2).Piece("[unused]", -3).Build())
            .Place("tokenizer_config.json", """
                {"tokenizer_class": "LlamaTokenizer", "eos_token": "<|end|>", "pad_token": "<pad>",
                 "added_tokens_decoder": {"5": {"content": "<|user|>", "special": true}, "7": {"content": "<|end|>", "special": true},
                                          "8": {"content": "<t>", "special": false}}}
                """);
        TokenizerBundle bundle = directory.Load();
        Tokenizer tokenizer = bundle.Tokenizer;
        Assert.Equal((10, 7, 9), (tokenizer.VocabularySize, tokenizer.EosId, tokenizer.PadId));
        Assert.Equal([7], bundle.EndIds);
        Assert.Equal([5, 3, 8, 7], tokenizer.EncodeToIds("<|user|>a<t><|end|>", Parse));
        Assert.Equal("<|user|> a<t><|end|>", tokenizer.Decode([5, 3, 8, 7]));
        Assert.Equal("a<t>", tokenizer.Decode([5, 3, 8, 7], skipSpecial: true));
        Assert.DoesNotContain(7, tokenizer.EncodeToIds("<|end|>", Parse with { PlainRanges = [new TextRange(0, 7)] }));
    }

    [Theory]
    [InlineData("""{"added_tokens_decoder": []}""", "added_tokens_decoder: Array, expected an object")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "a"}}}""", "added_tokens_decoder.x: expected a token id")]
    [InlineData("""{"added_tokens_decoder": {"1": {"contents": "a"}}}""", "added_tokens_decoder.1: expected text, or an object with 'content'")]
    [InlineData("""{"added_tokens_decoder": {"1": {"content": "a", "special": 1}}}""", "added_tokens_decoder.1.special: expected true or false")]
    [InlineData("""{"additional_special_tokens": "a"}""", "additional_special_tokens: String, expected a list")]
    [InlineData("""{"extra_special_tokens": ["a", 3]}""", "extra_special_tokens[1]: expected text")]
    public void WhatIsNoTokenIsNamed(string config, string message)
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel")).Place("tokenizer_config.json", config);
        ModelFormatException e = Assert.Throws<ModelFormatException>(directory.Load);
        Assert.Contains($"tokenizer_config.json: {message}", e.Message, StringComparison.Ordinal);
    }
}
