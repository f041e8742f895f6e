using System.Runtime.InteropServices;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Models;
using Bloomery.Models.Config;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Quantization;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>The same weights under the names, in the types and with the extra tensors that checkpoints of different ages have.</summary>
public sealed class CheckpointVariantTests
{
    private const string LlamaSizes =
        "\"hidden_size\": 16, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"intermediate_size\": 24, \"vocab_size\": 20";
    private static readonly int[] Ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 19];

    [Theory]
    [InlineData("gpt2, unscaled", "h.0.attn.bias", "h.1.attn.masked_bias")]
    [InlineData("gpt_bigcode, unscaled", "transformer.h.0.attn.bias", "transformer.h.0.attn.masked_bias")]
    [InlineData("gpt_neox, newer name of the head", "gpt_neox.layers.0.attention.bias", "gpt_neox.layers.1.attention.masked_bias",
        "gpt_neox.layers.0.attention.rotary_emb.inv_freq")]
    [InlineData("llama, tied, nulls", "model.layers.0.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq",
        "model.layers.1.self_attn.rotary_emb.cos_cached", "model.layers.1.self_attn.rotary_emb.sin_cached")]
    [InlineData("falcon, old, side by side, all heads", "transformer.h.0.self_attention.rotary.inv_freq", "transformer.rotary_emb.inv_freq")]
    [InlineData("phi, tied", "model.layers.0.self_attn.rotary_emb.inv_freq"), InlineData("opt, plain norms", "model.decoder.position_ids")]
    public void Buffers_that_older_versions_stored_are_passed_over(string name, params string[] buffers)
    {
        NaiveWeights weights = new();
        double[][] expected = NaiveCases.Find(name).Model.Logits(weights, Ids);
        foreach (string buffer in buffers) weights.Put(buffer, [1, 1, 2, 2], [1, 0, 1, 1]);
        AssertSame(expected, weights, NaiveCases.Find(name).Config, name);
    }

    [Theory]
    [InlineData("bloom, residual after norm", "transformer.word_embeddings.weight"), InlineData("gpt2, unscaled", "wte.weight"),
        InlineData("falcon, new, one norm", "transformer.word_embeddings.weight")]
    [InlineData("opt, plain norms", "model.decoder.embed_tokens.weight"), InlineData("mpt, clipped", "transformer.wte.weight"),
        InlineData("llama, tied, nulls", "model.embed_tokens.weight")]
    [InlineData("gemma2, default caps", "model.embed_tokens.weight"), InlineData("gpt_neox, serial, tied, new keys", "gpt_neox.embed_in.weight")]
    public void A_tied_head_may_be_stored_too_or_alone(string name, string table)
    {
        NaiveWeights weights = new();
        NaiveCase model = NaiveCases.Find(name);
        double[][] expected = model.Model.Logits(weights, Ids);
        float[] copy = weights.Table(table, 20, weights.Matrix(table, 20, model.Model.Hidden).Length / 20);
        string head = table.Contains("embed_in", StringComparison.Ordinal) ? "embed_out.weight" : "lm_head.weight";
        weights.Put(head, [20, copy.Length / 20], [.. copy]);
        AssertSame(expected, weights, model.Config, name);
        weights.Remove(table);
        AssertSame(expected, weights, model.Config, $"{name}, without the table");
    }

    [Theory]
    [InlineData("language_model.model.", "language_model.lm_head.weight"), InlineData("model.language_model.", "lm_head.weight"),
        InlineData("language_model.", "lm_head.weight")]
    public void Gemma_3_is_found_inside_the_model_that_also_sees(string prefix, string head)
    {
        NaiveCase text = NaiveCases.Find("gemma3, nested rotations, bases outside");
        NaiveWeights weights = new();
        double[][] expected = text.Model.Logits(weights, Ids);
        foreach (string name in weights.Names.Where(n => n.StartsWith("model.", StringComparison.Ordinal)).ToArray()) weights.Rename(name, prefix
            + name["model.".Length..]);
        if (head != "lm_head.weight") weights.Rename("lm_head.weight", head);
        string outer = prefix.StartsWith("model.", StringComparison.Ordinal) ? "model." : "";
        weights.Put(outer + "vision_tower.vision_model.embeddings.patch_embedding.weight", [2, 3, 2, 2], new float[24]);
        weights.Put(outer + "multi_modal_projector.mm_input_projection_weight", [2, 2], new float[4]);
        string inner = text.Config.Replace("\"tie_word_embeddings\": false, ", "\"final_logit_softcapping\": 0.5, ");
        string config = $$"""
            {"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"], "eos_token_id": [7, 9], "tie_word_embeddings": false,
            "text_config": {{inner}}, "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 2} }
            """;
        AssertSame(expected, weights, config, prefix);
        Assert.Equal([7, 9], GenerationDefaults.Read(LoadedModel.MakeArchitecture(Parse(config)).Config).EndIds);
    }

    [Fact]
    public void What_the_larger_Gemma_3_leaves_out_is_the_languages_models_default()
    {
        var model = LoadedModel.MakeArchitecture(Parse("""
            {"model_type": "gemma3", "text_config": {"hidden_size": 2560, "num_hidden_layers": 34, "intermediate_size": 10240, "sliding_window": 1024,
            "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}}
            """));
        Assert.Equal((2560, 34, 262208, 131072), (model.HiddenSize, model.LayerCount, model.VocabularySize, model.ContextLength));
        Assert.Contains("awq",
            Assert.Throws<ModelFormatException>(() =>
            LoadedModel.MakeArchitecture(Parse("""{"model_type": "gemma3", "text_config": {}, "quantization_config": {"quant_method": "awq"} }"""))).Message);
    }

    [Fact]
    public void Types_may_differ_from_tensor_to_tensor()
    {
        NaiveCase model = NaiveCases.Find("llama, long heads, all biases");
        NaiveWeights weights = new();
        model.Model.Logits(weights, Ids);
        using TemporaryDirectory directory = new();
        weights.SaveInManyTypes(directory.Path, model.Config);
        double[][] expected = model.Model.Logits(weights, Ids);
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, "mixed types");
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.weight", 0, 16), InlineData("model.norm.weight", 0), InlineData("model.embed_tokens.weight", 0),
        InlineData("lm_head.weight", 20, 0)]
    public void An_empty_tensor_is_named(string name, params int[] shape)
    {
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, Ids);
        weights.Put(name, shape, []);
        Assert.Contains(name, Refused(weights, $$"""{"model_type": "llama", {{LlamaSizes}}}""").Message);
    }

    [Theory]
    [InlineData("phi3, window, tied", "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 1", "qkv_proj")]
    [InlineData("falcon, old, side by side, all heads", "\"num_kv_heads\": null", "\"num_kv_heads\": 2", "query_key_value")]
    [InlineData("falcon, new, ALiBi", "\"num_kv_heads\": 2", "\"num_kv_heads\": 1", "query_key_value")]
    [InlineData("gpt_bigcode, many queries", "\"multi_query\": false", "\"multi_query\": true", "c_attn")]
    public void A_fused_tensor_has_to_be_used_up(string name, string stated, string other, string tensor)
    {
        NaiveWeights weights = new();
        NaiveCase model = NaiveCases.Find(name);
        model.Model.Logits(weights, Ids);
        Assert.Contains(stated, model.Config);
        Assert.Contains(tensor, Refused(weights, model.Config.Replace(stated, other)).Message);
    }

    [Fact]
    public void Weights_of_another_container_beside_the_models_are_passed_over()
    {
        NaiveWeights weights = new();
        double[][] expected = NaiveCases.Llama.Logits(weights, Ids);
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, $$"""{"model_type": "llama", {{LlamaSizes}}}""", shardBytes: 4000);
        File.WriteAllBytes(directory.Of("consolidated.safetensors"), [1, 2, 3]);
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, "beside");
    }

    private static ModelConfig Parse(string config) => new("config.json", System.Text.Json.Nodes.JsonNode.Parse(config)!.AsObject());

    private static ModelFormatException Refused(NaiveWeights weights, string config)
    {
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, config);
        return Assert.Throws<ModelFormatException>(() => LoadedModel.Load(directory.Path, KernelTiers.Detect("reference").Kernels).Dispose());
    }

    private static void AssertSame(double[][] expected, NaiveWeights weights, string config, string what)
    {
        using TemporaryDirectory directory = new();
        weights.Save(directory.Path, config);
        using Runtime runtime = NaiveModelTests.Load(directory.Path, "reference");
        NaiveModelTests.AssertClose(expected, new ForwardPass(runtime).Run([new ForwardRow(Ids)])[0].Logits, what);
    }
}
