using System.Text;
using Bloomery.Engine;
using Bloomery.Engine.Embedding;
using Bloomery.Formats;
using Bloomery.Tests.Cli;
using Bloomery.Tests.Formats;

namespace Bloomery.Tests.Engine;

/// <summary>What sentence-transformers checkpoints do to texts: prompts, lower case, lengths.</summary>
public sealed class SentenceInputsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, null, null, "", false, null)]
    [InlineData("""{"max_seq_length": 128, "do_lower_case": false}""", """{"model_max_length": 512}""", """
        {"prompts": {"query": "q: "}, "default_prompt_name": null}
        """, "", false, 128)]
    [InlineData("""{"max_seq_length": null, "do_lower_case": true}""", """{"model_max_length": 512}""", """
        {"prompts": {"query": "q: "}, "default_prompt_name": "query"}
        """, "q: ", true, 512)]
    [InlineData("{}", """{"model_max_length": 1000000000000000019884624838656}""", "{}", "", false, null)]
    public void Files_say_it(string? transformer, string? tokenizer, string? prompts, string prompt, bool lowercase, int? most)
    {
        if (transformer is not null) Write("sentence_roberta_config.json", transformer);
        if (tokenizer is not null) Write("tokenizer_config.json", tokenizer);
        if (prompts is not null) Write("config_sentence_transformers.json", prompts);
        Assert.Equal(SentenceInputs.None, SentenceInputs.Read(_folder.Path));
        Write("modules.json", "[]");
        Assert.Equal(new SentenceInputs(prompt, lowercase, most), SentenceInputs.Read(_folder.Path));
    }

    [Theory]
    [InlineData("config_sentence_transformers.json", """{"prompts": {"a": "b"}, "default_prompt_name": "c"}""", "default_prompt_name")]
    [InlineData("config_sentence_transformers.json", """{"default_prompt_name": "c"}""", "default_prompt_name")]
    [InlineData("sentence_bert_config.json", """{"max_seq_length": 0}""", "max_seq_length")]
    [InlineData("tokenizer_config.json", """{"model_max_length": 0}""", "model_max_length")]
    [InlineData("sentence_bert_config.json", """{"do_lower_case": "yes"}""", "do_lower_case")]
    public void What_cannot_be_followed_is_named(string file, string content, string named)
    {
        Write("modules.json", "[]");
        Write(file, content);
        Assert.Equal(named, Assert.Throws<ModelFormatException>(() => SentenceInputs.Read(_folder.Path)).Subject);
    }

    [Theory]
    [InlineData("[]", "1_Pooling"), InlineData("""[{"type": "x.Pooling", "path": "2_Pooling"}]""", "2_Pooling")]
    [InlineData("""[{"type": "x.Pooling"}]""", "1_Pooling")]
    public void A_prompt_that_pooling_leaves_out_is_not_supported(string modules, string pooling)
    {
        Write("modules.json", modules);
        Write("config_sentence_transformers.json", """{"prompts": {"query": "q: "}, "default_prompt_name": "query"}""");
        Write($"{pooling}/config.json", """{"pooling_mode_mean_tokens": true, "include_prompt": false}""");
        Assert.Equal("include_prompt", Assert.Throws<ModelFormatException>(() => SentenceInputs.Read(_folder.Path)).Subject);
    }

    [Fact]
    public void Characters_become_lower_case_one_by_one() =>
    Assert.Equal("q: aσ i\u0307\ud801\udc28", new SentenceInputs("Q: ", true, null).Prepare("AΣ İ\ud801\udc00"));

    [Fact]
    public void Texts_are_prepared_and_cut()
    {
        string path = _folder.Of("minilm");
        CliRun.Of("convert", SmallModels.Embedded(ModelKind.Embedding), path).Expect(0);
        float[][] expected;
        using (Model plain = Model.Load(path)) expected = plain.Embed(["query: one two three", "query: one"], new EmbeddingOptions { Normalize = false });
        Write("minilm/modules.json", "[]");
        Write("minilm/config_sentence_transformers.json", """{"prompts": {"query": "query: "}, "default_prompt_name": "query"}""");
        Write("minilm/sentence_bert_config.json", """{"max_seq_length": 7}""");
        using Model model = Model.Load(path);
        EmbeddingResult result = model.EmbedWithDetails(["one two three", "one"]);
        Assert.Equal(expected[0], result.Vectors[0]); // [CLS] query : one two three [SEP]
        Assert.Equal(expected[1], result.Vectors[1]);
        Assert.Empty(result.Truncated);
        Write("minilm/sentence_bert_config.json", """{"max_seq_length": 5}""");
        using Model shorter = Model.Load(path);
        result = shorter.EmbedWithDetails(["one two three"]);
        Assert.Equal(expected[1], result.Vectors[0]);
        Assert.Equal((0, 5), (result.Truncated[0], result.TokenCounts[0]));
    }

    private void Write(string name, string content) => _folder.Write(name, Encoding.UTF8.GetBytes(content));
}
