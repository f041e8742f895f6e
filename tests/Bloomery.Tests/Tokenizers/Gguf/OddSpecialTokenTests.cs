using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Gguf;

namespace Bloomery.Tests.Tokenizers.Gguf;

/// <summary>Special token ids outside the vocabulary, as published files have them, are passed over with a warning.</summary>
public sealed class OddSpecialTokenTests
{
    private static readonly Dictionary<string, Func<GgufWriter>> Kinds = new()
    {
        ["gpt2"] = () => Vocabularies.ByteLevel(), ["llama"] = Vocabularies.Llama, ["t5"] = Vocabularies.T5, ["bert"] = Vocabularies.Bert,
    };

    public static TheoryData<string, string, long> Cases()
    {
        TheoryData<string, string, long> cases = [];
        foreach (string kind in Kinds.Keys)
            foreach (string role in (string[])["bos", "eos", "unknown", "padding", "eot", "eom"])
                foreach (long id in (long[])[268, 32_000, int.MaxValue, -7])
                    cases.Add(kind, role, id);
        cases.Add("bert", "cls", 999);
        cases.Add("bert", "seperator", 999);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheModelIsReadAsIfItHadNone(string kind, string role, long id)
    {
        string key = $"tokenizer.ggml.{role}_token_id";
        TokenizerBundle without = TokenizerLoader.Load(Kinds[kind]().Remove(key).Metadata());
        TokenizerBundle odd = TokenizerLoader.Load(Kinds[kind]().Set(key, id).Metadata());
        Assert.Equal(
            [$"vocabulary.gguf: {key}: {id} is not among the {odd.Tokenizer.VocabularySize} tokens, the model is read as if it had none"], odd.Warnings);
        Assert.Empty(without.Warnings);
        Assert.Equal(without.Tokenizer.Roles, odd.Tokenizer.Roles);
        Assert.Equal(without.EndIds, odd.EndIds);
        EncodeOptions framed = new() { AddSpecial = true };
        Assert.Equal(without.Tokenizer.EncodeToIds("ab able", framed), odd.Tokenizer.EncodeToIds("ab able", framed));
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData((long)uint.MaxValue)]
    public void HowConvertersSpellNoneIsNoCauseForAWarning(long none)
    {
        TokenizerBundle bundle = TokenizerLoader.Load(Vocabularies.ByteLevel().Set("tokenizer.ggml.padding_token_id", none).Metadata());
        Assert.Empty(bundle.Warnings);
        Assert.Null(bundle.Tokenizer.PadId);
    }

    [Theory]
    [InlineData("no-such")]
    [InlineData("qwen2 ")]
    [InlineData("")]
    public void AnUnknownWayOfCuttingWordsIsOneShortSentence(string pre)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => GgufTokenizer.Create(Vocabularies.ByteLevel(pre).Metadata()));
        Assert.Equal(
            $"vocabulary.gguf: tokenizer.ggml.pre: '{pre}' is not a way of cutting words that this version knows; use the model's safetensors with their "
            + "tokenizer.json, or a newer version",
            e.Message);
    }

    [Fact]
    public void ALongNameIsCutInTheMessage()
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => GgufTokenizer.Create(Vocabularies.ByteLevel(new string('x', 5000)).Metadata()));
        Assert.True(e.Message.Length < 250, e.Message);
    }
}
