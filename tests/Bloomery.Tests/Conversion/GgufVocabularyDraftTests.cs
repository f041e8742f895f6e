using System.Text.Json;
using Bloomery.Conversion;
using Bloomery.Formats;

namespace Bloomery.Tests.Conversion;

/// <summary>A tokenizer.json may leave out or null what has a default: that is no reason to fail.</summary>
public sealed class GgufVocabularyDraftTests
{
    [Theory]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["<unk>", 0], ["a", -1]], "unk_id": 0}}""", "t5")]
    [InlineData("""{"model": {"vocab": [["<unk>", 0], ["a", -1]], "unk_id": null}, "normalizer": null, "added_tokens": null}""", "t5")]
    [InlineData("""
        {"model": {"vocab": {"[UNK]": 0}, "continuing_subword_prefix": null, "max_input_chars_per_word": 9, "unk_token": null}, "normalizer": null}
        """, "bert")]
    [InlineData("""{"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, "decoder": {"type": "ByteLevel"}, "pre_tokenizer": null}""", "gpt2")]
    [InlineData("""{"model": {"type": null, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}""", "llama")]
    public void The_kind_is_the_loaders(string json, string kind)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal(kind, GgufVocabularyDraft.FromJson(document.RootElement, [], "tokenizer.json").Model);
    }

    [Theory]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}}"""), InlineData("""{"model": {"vocab": {"a": 0}}}""")]
    public void A_kind_that_GGUF_lacks_is_named(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => GgufVocabularyDraft.FromJson(document.RootElement, [], "tokenizer.json"));
        Assert.Equal("tokenizer.json: model.type: is 'WordLevel', a kind of tokenizer that GGUF does not have", e.Message);
    }
}
