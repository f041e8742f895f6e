using Bloomery.Conversion;
using Bloomery.Formats;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Word embeddings, heads and their scales of encoder-decoders: what is tied to what is said by keys and by what a file holds.</summary>
public sealed class TwoSidedTableTests
{
    private static readonly int[] Ids = TwoSidedModelTests.Ids, DecoderIds = [2, 8, 8, 11, 0, 5];

    [Theory]
    [InlineData("\"tie_word_embeddings\": false", "lm_head", "model.encoder.embed_tokens", "model.decoder.embed_tokens")]
    [InlineData("\"tie_word_embeddings\": true", null, null, "model.decoder.embed_tokens")]
    [InlineData("\"tie_word_embeddings\": true", "lm_head", "model.encoder.embed_tokens", null)]
    public void Bart_may_have_tables_for_each_side(string options, string? head, string? encoder, string? decoder)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { EncoderWords = encoder, DecoderWords = decoder }.Bart(Ids, DecoderIds, "model.shared", head,
            finalBias: true, scale: 1);
        w.Table("model.shared.weight", 20, 16);
        TwoSidedModelTests.Check(w, $$"""{"model_type": "bart", {{TwoSidedModelTests.BartSizes}}, {{options}}}""", expected, r => r.Logits!);
    }

    [Fact]
    public void Bart_ignores_what_other_versions_and_tasks_left()
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w).Bart(Ids, DecoderIds, "model.shared", null, finalBias: false, scale: 1);
        foreach (string name in (string[])["model.encoder.version", "model.decoder.version", "classification_head.dense.bias",
            "qa_outputs.bias"]) w.Vector(name, 1);
        TwoSidedModelTests.Check(w,
            $$"""{"model_type": "bart", {{TwoSidedModelTests.BartSizes}}, "normalize_before": true, "add_final_layer_norm": true, "encoder_layerdrop": 0.5}""",
            expected, r => r.Logits!);
    }

    [Theory]
    [InlineData("\"tie_word_embeddings\": false", false), InlineData("\"tie_word_embeddings\": null", true), InlineData("\"tie_word_embeddings\": true", true),
        InlineData("\"vocab_size\": 20", true)]
    [InlineData("\"tie_word_embeddings\": true, \"scale_decoder_outputs\": false", false),
        InlineData("\"tie_word_embeddings\": false, \"scale_decoder_outputs\": true", true)]
    public void T5_without_a_head_is_tied_and_scaled_unless_it_says_no(string options, bool scaled)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Relu }.T5(Ids, DecoderIds, gated: false, null, scaled, 8, 9);
        TwoSidedModelTests.Check(w, T5(options), expected, r => r.Logits!);
    }

    [Theory]
    [InlineData("\"tie_word_embeddings\": true", true), InlineData("\"tie_word_embeddings\": false", false)]
    public void T5_with_a_head_and_tables_of_its_own_uses_them(string options, bool scaled)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Relu, EncoderWords = "encoder.embed_tokens",
            DecoderWords = "decoder.embed_tokens" }.T5(Ids, DecoderIds, gated: false, "lm_head", scaled, 8, 9);
        w.Table("shared.weight", 20, 16);
        TwoSidedModelTests.Check(w, T5(options), expected, r => r.Logits!);
    }

    [Fact]
    public void T5_finds_its_table_in_the_head()
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Relu }.T5(Ids, DecoderIds, gated: false, null, scaleOutputs: false, 8, 9,
            shared: "lm_head");
        TwoSidedModelTests.Check(w, T5("\"tie_word_embeddings\": false"), expected, r => r.Logits!);
    }

    [Theory]
    [InlineData("\"feed_forward_proj\": \"relu\", \"is_gated_act\": true", true),
        InlineData("\"feed_forward_proj\": \"gated-relu\", \"is_gated_act\": false", false), InlineData("\"feed_forward_proj\": \"gated-relu\"", true)]
    public void T5_may_say_that_it_is_gated(string options, bool gated)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Relu }.T5(Ids, DecoderIds, gated, null, scaleOutputs: true, 8, 9);
        TwoSidedModelTests.Check(w, T5(options), expected, r => r.Logits!);
    }

    [Fact]
    public void T5_may_use_the_names_of_other_families()
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Relu }.T5(Ids, DecoderIds, gated: false, null, scaleOutputs: true, 8, 9);
        string config = T5("\"x\": 0").Replace("d_model", "hidden_size").Replace("\"num_layers\"", "\"num_hidden_layers\"").Replace("num_heads",
            "num_attention_heads").Replace("d_kv", "head_dim");
        TwoSidedModelTests.Check(w, config, expected, r => r.Logits!);
    }

    [Fact]
    public void Gguf_has_no_place_for_a_second_table()
    {
        NaiveWeights w = new();
        new NaiveTwoSided(w) { Activation = NaiveMath.Relu, EncoderWords = "encoder.embed_tokens" }.T5(Ids, DecoderIds, gated: false, null, scaleOutputs: true,
            8, 9);
        using TemporaryDirectory directory = new();
        w.Save(directory.Path, T5("\"relative_attention_max_distance\": 128"));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() =>
            ModelConverter.Convert(directory.Path, directory.Of("model.gguf"), new ConversionOptions { Types = TypeRecipe.Parse("f32"), Threads = 1 }));
        Assert.Contains("enc.token_embd", e.Message);
    }

    private static string T5(string options)
    {
        string sizes = TwoSidedModelTests.T5Sizes;
        foreach (string key in (string[])["vocab_size", "relative_attention_max_distance"])
            if (options.Contains(key, StringComparison.Ordinal)) sizes = System.Text.RegularExpressions.Regex.Replace(sizes, $", \"{key}\": \\d+", "");
        return $$"""{"model_type": "t5", {{sizes}}, {{options}}}""";
    }
}
