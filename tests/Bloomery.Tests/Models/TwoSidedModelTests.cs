using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Encoders and encoder-decoders with options that no golden folder has, against plain loops.</summary>
public sealed class TwoSidedModelTests
{
    internal const string BertSizes =
        "\"hidden_size\": 16, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"intermediate_size\": 24, \"vocab_size\": 20, "
        + "\"max_position_embeddings\": 32, \"type_vocab_size\": 2";
    internal const string BartSizes =
        "\"d_model\": 16, \"encoder_layers\": 1, \"decoder_layers\": 2, \"encoder_attention_heads\": 2, \"decoder_attention_heads\": 4, "
        + "\"encoder_ffn_dim\": 24, \"decoder_ffn_dim\": 12, \"vocab_size\": 20, \"max_position_embeddings\": 32";
    internal const string T5Sizes =
        "\"d_model\": 16, \"num_layers\": 2, \"num_decoder_layers\": 1, \"num_heads\": 4, \"d_kv\": 3, \"d_ff\": 24, \"vocab_size\": 20, "
        + "\"relative_attention_num_buckets\": 8, \"relative_attention_max_distance\": 9";
    internal static readonly int[] Ids = [3, 7, 1, 4, 1, 1, 5, 9, 2, 6, 5, 3], DecoderIds = [2, 8, 8, 11, 0, 5];

    [Theory]
    [InlineData("roberta", "roberta.", 1), InlineData("xlm-roberta", "", 4), InlineData("bert", "bert.", null)]
    public void Roberta_counts_the_tokens_that_are_no_padding(string type, string prefix, int? padding)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w).Bert(prefix, Ids, null, padding);
        string pad = padding is 4 ? ", \"pad_token_id\": 4" : "";
        Check(w, $$"""{"model_type": "{{type}}", {{BertSizes}}{{pad}}}""", expected, r => r.LastHiddenState!);
        Check(w, $$"""{"model_type": "{{type}}", {{BertSizes}}{{pad}}}""", expected, r => r.LastHiddenState!, leftPadding: 3);
    }

    [Fact]
    public void Bert_as_a_decoder_is_causal_and_old_names_of_norms_are_known()
    {
        NaiveWeights w = new();
        int[] types = [.. Ids.Select((_, t) => t / 6)];
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Relu }.Bert("bert.", Ids, types, null, causal: true);
        foreach (string name in w.Names.Where(n => n.Contains("LayerNorm", StringComparison.Ordinal)).ToArray()) w.Rename(name,
            name.Replace(".weight", ".gamma").Replace(".bias", ".beta"));
        w.Vector("cls.predictions.bias", 20); // of another task, and not needed
        Check(w, $$"""{"model_type": "bert", {{BertSizes}}, "is_decoder": true, "hidden_act": "relu"}""", expected, r => r.LastHiddenState!, types: types);
    }

    [Theory]
    [InlineData("model.shared"), InlineData("model.encoder.embed_tokens"), InlineData("model.decoder.embed_tokens"), InlineData("lm_head")]
    public void Bart_finds_its_embeddings_under_any_name(string shared)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Silu }.Bart(Ids, DecoderIds, shared, null, finalBias: false, scale: 4);
        Check(w, $$"""{"model_type": "bart", {{BartSizes}}, "scale_embedding": true, "activation_function": "swish"}""", expected, r => r.Logits!);
    }

    [Fact]
    public void A_head_that_differs_wins_over_tying()
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w).Bart(Ids, DecoderIds, "model.shared", "lm_head", finalBias: true, scale: 1);
        Check(w, $$"""{"model_type": "bart", {{BartSizes}}, "tie_word_embeddings": true}""", expected, r => r.Logits!);
    }

    [Fact]
    public void Bart_starts_with_2_and_is_forced_to_end_with_2()
    {
        using TemporaryDirectory directory = new();
        NaiveWeights w = new();
        new NaiveTwoSided(w).Bart(Ids, DecoderIds, "model.shared", null, finalBias: false, scale: 1);
        w.Save(directory.Path, $$"""{"model_type": "bart", {{BartSizes}}}""");
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        EncoderDecoderArchitecture bart = Assert.IsType<Bart>(runtime.Architecture);
        Assert.Equal((2, 2), (bart.DecoderStartId, bart.ForcedEosId));
    }

    [Fact]
    public void T5_gated_untied()
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.GeluTanh }.T5(Ids, DecoderIds, gated: true, "lm_head", scaleOutputs: false, 8, 9);
        Check(w, $$"""{"model_type": "t5", {{T5Sizes}}, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false}""", expected, r => r.Logits!);
    }

    [Theory]
    [InlineData("\"feed_forward_proj\": \"gated-silu\"", true, true),
        InlineData("\"feed_forward_proj\": \"silu\", \"scale_decoder_outputs\": false", false, false)]
    [InlineData("\"feed_forward_proj\": \"gated-gelu\", \"dense_act_fn\": \"silu\", \"scale_decoder_outputs\": null", true, false)]
    public void T5_activation_and_scale(string options, bool gated, bool scaled)
    {
        NaiveWeights w = new();
        double[][] expected = new NaiveTwoSided(w) { Activation = NaiveMath.Silu }.T5(Ids, DecoderIds, gated, null, scaled, 8, 9);
        w.Table("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", 8, 4); // ignored
        w.Put("encoder.embed_tokens.weight", [20, 16], w.Table("shared.weight", 20, 16));
        w.Vector("encoder.block.2.layer.0.layer_norm.weight", 16); // a layer too many
        Check(w, $$"""{"model_type": "t5", {{T5Sizes}}, {{options}}}""", expected, r => r.Logits!);
    }

    [Fact]
    public void Untied_models_need_both_tables()
    {
        using TemporaryDirectory directory = new();
        NaiveWeights w = new();
        new NaiveTwoSided(w).Bart(Ids, DecoderIds, "model.shared", "lm_head", finalBias: false, scale: 1);
        w.Remove("model.shared.weight");
        w.Save(directory.Path, $$"""{"model_type": "bart", {{BartSizes}}, "tie_word_embeddings": false}""");
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => NaiveModelTests.Load(directory.Path, "reference"));
        Assert.Contains("shared.weight", e.Message);
    }

    internal static void Check(NaiveWeights w, string config, double[][] expected, Func<ForwardResult, float[]> answer, int[]? types = null,
        int leftPadding = 0)
    {
        using TemporaryDirectory directory = new();
        w.Save(directory.Path, config);
        foreach (string tier in (string[])["reference", "portable"])
        {
            using Runtime runtime = NaiveModelTests.Load(directory.Path, tier);
            ForwardRow row = new([.. new int[leftPadding], .. Ids]) { Mask = [.. new int[leftPadding], .. Ids.Select(_ => 1)], TokenTypes = types,
                DecoderIds = DecoderIds };
            float[] actual = answer(new ForwardPass(runtime).Run([row])[0]);
            NaiveModelTests.AssertClose(expected, actual.AsSpan(leftPadding * expected[0].Length), $"{config} ({tier})");
        }
    }
}
