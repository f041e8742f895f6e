using System.Text.Json;
using Bloomery.Conversion;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Tests.Cli;
using Bloomery.Tests.Tokenizers.Gguf;
using Bloomery.Tests.Tokenizers.SentencePiece;

namespace Bloomery.Tests.Tokenizers;

/// <summary>What stands around a text, why, and that it is the same after a conversion.</summary>
public sealed class TokenFrameTests
{
    private const string ByFile = "by the post_processor of tokenizer.json", None = "tokenizer.json has no post_processor";
    private const string NoFlags = "; flags of tokenizer_config.json count only without a tokenizer.json";

    /// <summary>As in transformers 5: it takes the flags out before it makes the tokenizer, of whatever class.</summary>
    [Theory]
    [InlineData("byte-level", "PreTrainedTokenizerFast", true, true, "<s>", "", ByFile + NoFlags)]
    [InlineData("byte-level", "LlamaTokenizerFast", false, false, "<s>", "", ByFile + NoFlags)]
    [InlineData("byte-level", null, null, null, "<s>", "", ByFile)]
    [InlineData("wordpiece", "BertTokenizerFast", null, true, "[CLS]", "[SEP]", ByFile + NoFlags)]
    [InlineData("llama", "LlamaTokenizer", true, false, "", "", None + NoFlags)]
    [InlineData("llama", "GemmaTokenizerFast", null, null, "", "", None)]
    public void BesideATokenizerJsonItsPostProcessorDecides(string kind, string? name, bool? bos, bool? eos, string before, string behind, string reason)
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json(kind)).Place("tokenizer_config.json", Config(name, bos, eos));
        Check(directory.Load(), before, behind, reason);
    }

    [Theory]
    [InlineData(null, null, null, "<s>", "</s>", "as SentencePiece does, since no flag says otherwise")]
    [InlineData("LlamaTokenizer", null, null, "<s>", "", "as LlamaTokenizer does, since no flag says otherwise")]
    [InlineData("LlamaTokenizerFast", null, null, "<s>", "", "as LlamaTokenizer does, since no flag says otherwise")]
    [InlineData("GemmaTokenizer", null, true, "<s>", "</s>", "by the flags of tokenizer_config.json")]
    [InlineData("T5Tokenizer", null, null, "", "</s>", "as T5Tokenizer does, since no flag says otherwise")]
    [InlineData(null, true, null, "<s>", "", "by the flags of tokenizer_config.json")]
    [InlineData(null, false, true, "", "</s>", "by the flags of tokenizer_config.json")]
    [InlineData("LlamaTokenizer", false, null, "", "", "by the flags of tokenizer_config.json")]
    public void BesideAModelTheFlagsOrTheClassDo(string? name, bool? bos, bool? eos, string before, string behind, string reason)
    {
        using var directory = new TokenizerDirectory();
        directory.Place("tokenizer.model", new ModelBuilder().Specials().Piece("▁a", -1).Build()).Place("tokenizer_config.json", Config(name, bos, eos));
        Check(directory.Load(), before, behind, reason);
    }

    [Theory]
    [InlineData("gpt-2", null, null, "", "", "as the kind gpt-2 does, since no flag says otherwise")]
    [InlineData("llama-bpe", null, null, "<|im_start|>", "", "as the kind llama-bpe does, since no flag says otherwise")]
    [InlineData("llama-bpe", false, null, "", "", "by the file's add_bos_token and add_eos_token")]
    [InlineData("qwen2", true, true, "<|im_start|>", "<|im_end|>", "by the file's add_bos_token and add_eos_token")]
    public void OfAGgufFileItsFlagsOrTheKindDo(string pre, bool? bos, bool? eos, string before, string behind, string reason) =>
        Check(TokenizerLoader.Load(Flagged(Vocabularies.ByteLevel(pre), bos, eos).Metadata()), before, behind, reason);

    [Fact]
    public void OfABareModelFileBoth()
    {
        using var directory = new TokenizerDirectory();
        directory.Place("x.model", new ModelBuilder().Specials().Piece("▁a", -1).Build());
        Check(TokenizerLoader.Load(Path.Combine(directory.Path, "x.model")), "<s>", "</s>", "as SentencePiece does; a .model file alone has no flags");
    }

    public static TheoryData<string, bool?, bool?> GgufKinds()
    {
        TheoryData<string, bool?, bool?> kinds = [];
        foreach (string kind in (string[])["gpt-2", "llama-bpe", "qwen2", "llama", "bert"])
            foreach ((bool? bos, bool? eos) in ((bool?, bool?)[])[(null, null), (true, false), (false, true), (true, true), (false, false)])
                if (kind != "bert" || bos is null) kinds.Add(kind, bos, eos);
        return kinds;
    }

    [Theory]
    [MemberData(nameof(GgufKinds))]
    public void AConvertedTokenizerPutsTheSameAroundAText(string kind, bool? bos, bool? eos)
    {
        GgufWriter vocabulary = kind switch { "llama" => Vocabularies.Llama(), "bert" => Vocabularies.Bert(), _ => Vocabularies.ByteLevel(kind) };
        GgufWriter original = Flagged(vocabulary, bos, eos);
        TokenizerBundle first = TokenizerLoader.Load(original.Metadata());
        using var directory = new TokenizerDirectory();
        TokenizerFiles.Write(original.Metadata(), directory.Path, null);
        TokenizerBundle second = directory.Load();
        Assert.Equal(Spell(first, first.Frame.Before), Spell(second, second.Frame.Before));
        Assert.Equal(Spell(first, first.Frame.Behind), Spell(second, second.Frame.Behind));

        var writer = new GgufWriter();
        GgufTokenizerKeys.Write(writer, directory.Path, first.Tokenizer.VocabularySize, kind is "llama" or "bert" ? kind : "gpt2", null);
        TokenizerBundle third = TokenizerLoader.Load(writer.Metadata());
        Assert.Equal(first.Frame.Before, third.Frame.Before);
        Assert.Equal(first.Frame.Behind, third.Frame.Behind);
        EncodeOptions framed = new() { AddSpecial = true };
        Assert.Equal(second.Tokenizer.EncodeToIds("ab", framed), third.Tokenizer.EncodeToIds("ab", framed));
    }

    [Fact]
    public void AConvertedTokenizerKeepsTokensThatOnlyTheConfigurationNames()
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("byte-level"))
            .Place("tokenizer_config.json", """{"eos_token": "<|end|>", "additional_special_tokens": ["<|x|>"]}""");
        TokenizerBundle first = directory.Load();
        var writer = new GgufWriter();
        GgufTokenizerKeys.Write(writer, directory.Path, first.Tokenizer.VocabularySize, "llama", null);
        TokenizerBundle second = TokenizerLoader.Load(writer.Metadata());
        EncodeOptions parse = new() { ParseSpecial = true };
        Assert.Equal(first.Tokenizer.EncodeToIds("a<|x|><|end|>", parse), second.Tokenizer.EncodeToIds("a<|x|><|end|>", parse));
        Assert.Equal((first.Tokenizer.EosId, "<|end|>"), (second.Tokenizer.EosId, second.EosToken));
    }

    [Fact]
    public void InspectSaysWhichAndWhyAndListsTheTemplates()
    {
        using TokenizerDirectory directory = new TokenizerDirectory().Place("model.gguf", Vocabularies.ByteLevel("llama-bpe")
            .Set("general.architecture", "llama").Set("tokenizer.chat_template.rag", "R").Set("tokenizer.chat_template", "D")
            .Set("tokenizer.ggml.padding_token_id", 999u));
        string model = Path.Combine(directory.Path, "model.gguf");
        CliRun text = CliRun.Of("inspect", model).Expect(0);
        Assert.Contains("<|im_start|> before a text: as the kind llama-bpe does, since no flag says otherwise", text.Output, StringComparison.Ordinal);
        Assert.Contains("default, rag", text.Output, StringComparison.Ordinal);
        Assert.Contains("padding_token_id: 999 is not among the 268 tokens", text.ErrorLine, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(CliRun.Of("inspect", model, "--json").Expect(0).Output);
        Assert.Equal("""["default","rag"]""", json.RootElement.GetProperty("chat_templates").GetRawText());
        Assert.Equal(
            """{"before":["<|im_start|>"],"behind":[],"reason":"as the kind llama-bpe does, since no flag says otherwise"}""",
            json.RootElement.GetProperty("special_tokens").GetRawText());
    }

    private static void Check(TokenizerBundle bundle, string before, string behind, string reason)
    {
        Assert.Equal((before, behind, reason), (Spell(bundle, bundle.Frame.Before), Spell(bundle, bundle.Frame.Behind), bundle.Frame.Reason));
        int[] ids = bundle.Tokenizer.EncodeToIds("a", new() { AddSpecial = true });
        Assert.Equal(before.Length > 0, ids[0] == (bundle.Frame.Before.Count > 0 ? bundle.Frame.Before[0] : -1));
    }

    private static string Spell(TokenizerBundle bundle, IReadOnlyList<int> ids) => string.Join(' ', ids.Select(bundle.Tokenizer.IdToToken));

    private static string Config(string? name, bool? bos, bool? eos)
    {
        Dictionary<string, object> config = [];
        if (name is not null) config["tokenizer_class"] = name;
        if (bos is { } b) config["add_bos_token"] = b;
        if (eos is { } e) config["add_eos_token"] = e;
        return JsonSerializer.Serialize(config);
    }

    private static GgufWriter Flagged(GgufWriter writer, bool? bos, bool? eos)
    {
        if (bos is { } b) writer.Set("tokenizer.ggml.add_bos_token", b);
        if (eos is { } e) writer.Set("tokenizer.ggml.add_eos_token", e);
        return writer;
    }
}
