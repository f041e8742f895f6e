using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Quantization;
using Bloomery.Tests.Formats;
using Bloomery.Tests.Models.Naive;

namespace Bloomery.Tests.Models;

/// <summary>Checkpoints that contradict themselves are refused with one line that names the key or tensor, before anything is allocated.</summary>
public sealed class BadModelTests
{
    private const string Good =
        """{"model_type": "llama", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24, "vocab_size": 20}""";

    [Theory]
    [InlineData("hidden_size", "0"), InlineData("hidden_size", "-16"), InlineData("hidden_size", "1e18"), InlineData("hidden_size", "16.5"),
        InlineData("hidden_size", "[16]"), InlineData("hidden_size", "18")]
    [InlineData("hidden_size", "null")]
    [InlineData("num_attention_heads", "0"), InlineData("num_attention_heads", "3"), InlineData("num_attention_heads", "268435456"),
        InlineData("num_key_value_heads", "3"), InlineData("num_key_value_heads", "8")]
    [InlineData("num_hidden_layers", "-1"), InlineData("num_hidden_layers", "1000000"), InlineData("vocab_size", "0"), InlineData("vocab_size", "\"many\""),
        InlineData("intermediate_size", "-2")]
    [InlineData("head_dim", "0"), InlineData("head_dim", "5"), InlineData("head_dim", "1000000"), InlineData("hidden_act", "\"mystery\""),
        InlineData("attention_bias", "3"), InlineData("rope_theta", "-1")]
    [InlineData("rope_scaling", "{\"rope_type\": \"spiral\", \"factor\": 2}"), InlineData("rope_scaling", "{\"rope_type\": \"linear\"}"),
        InlineData("rope_scaling", "{\"rope_type\": \"linear\", \"factor\": 0}")]
    [InlineData("rope_scaling", "{\"rope_type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1, 1]}"), InlineData("rope_scaling", "\"linear\""),
        InlineData("max_position_embeddings", "-5")]
    public void Impossible_values_name_their_key(string key, string value)
    {
        JsonObject json = JsonNode.Parse(Good)!.AsObject();
        json[key] = JsonNode.Parse(value);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => LoadedModel.MakeArchitecture(new ModelConfig("c/config.json", json)));
        Assert.StartsWith("c/config.json: ", e.Message);
        string subject = key switch { "rope_scaling" => "", "hidden_size" when value == "18" => "num_attention_heads", _ => key };
        Assert.Contains(subject, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("""{"model_type": "no_such"}""", "no_such")]
    [InlineData("""{"vocab_size": 3}""", "model_type")]
    [InlineData("""
        {"model_type": "falcon", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9, "new_decoder_architecture": true,
        "parallel_attn": false}
        """, "parallel_attn")]
    [InlineData("""
        {"model_type": "falcon", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9, "new_decoder_architecture": true,
        "num_ln_in_parallel_attn": 3}
        """, "num_ln_in_parallel_attn")]
    [InlineData("""{"model_type": "gptj", "n_embd": 16, "n_layer": 1, "n_head": 4, "vocab_size": 9, "rotary_dim": 8}""", "rotary_dim")]
    [InlineData("""{"model_type": "codegen", "n_embd": 18, "n_layer": 1, "n_head": 3, "vocab_size": 9, "rotary_dim": 4}""", "n_head")]
    [InlineData("""{"model_type": "gpt2", "n_embd": 16, "n_layer": 1, "n_head": 4, "vocab_size": 9, "add_cross_attention": true}""", "add_cross_attention")]
    [InlineData("""
        {"model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9, "intermediate_size": 8,
        "position_embedding_type": "relative_key"}
        """, "position_embedding_type")]
    [InlineData("""
        {"model_type": "mixtral", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 8, "vocab_size": 9, "intermediate_size": 8,
        "num_local_experts": 2, "num_experts_per_tok": 3}
        """, "num_experts_per_tok")]
    [InlineData("""
        {"model_type": "qwen3", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 32, "vocab_size": 9, "intermediate_size": 8,
        "layer_types": ["full_attention"]}
        """, "layer_types")]
    [InlineData("""
        {"model_type": "gemma2", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9, "intermediate_size": 8,
        "sliding_window": 0}
        """, "sliding_window")]
    [InlineData("""
        {"model_type": "t5", "d_model": 16, "num_layers": 1, "num_heads": 4, "vocab_size": 9, "d_ff": 8, "relative_attention_max_distance": 100000000}
        """, "relative_attention_max_distance")]
    [InlineData("""
        {"model_type": "deepseek_v2", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9, "intermediate_size": 8,
        "topk_method": "noaux_tc"}
        """, "topk_method")]
    [InlineData("""
        {"model_type": "deepseek_v3", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9, "intermediate_size": 8,
        "n_routed_experts": 9, "first_k_dense_replace": 0}
        """, "n_group")]
    public void Options_that_are_not_supported_are_refused(string json, string named)
    {
        ModelFormatException e = Assert.Throws<ModelFormatException>(() =>
            LoadedModel.MakeArchitecture(new ModelConfig("config.json", JsonNode.Parse(json)!.AsObject())));
        Assert.Contains(named, e.Message);
    }

    [Fact]
    public void Unknown_keys_change_nothing()
    {
        JsonObject json = JsonNode.Parse(Good)!.AsObject();
        (json["quantum_attention"], json["pretraining_tp"], json["rope_scaling"]) = (true, 4, null);
        Assert.IsType<Llama>(LoadedModel.MakeArchitecture(new ModelConfig("config.json", json)));
    }

    [Fact]
    public void A_vocabulary_that_is_not_the_tables_names_both() =>
        Refused(w => { }, Good.Replace("\"vocab_size\": 20", "\"vocab_size\": 24"), "embed_tokens.weight", "20 rows", "24", "vocab_size");

    [Fact]
    public void A_missing_tensor_is_named() => Refused(w => w.Remove("model.layers.1.mlp.down_proj.weight"), Good, "layers.1.mlp.down_proj.weight", "lacks");

    [Fact]
    public void A_left_over_tensor_is_named() => Refused(w => w.Vector("model.layers.1.self_attn.sinks", 4), Good, "model.layers.1.self_attn.sinks", "no use");

    [Fact]
    public void A_tensor_of_another_shape_is_named() =>
        Refused(w => w.Put("model.layers.0.self_attn.k_proj.weight", [16, 8], new float[128]), Good, "k_proj.weight", "8 columns", "16");

    [Fact]
    public void Layers_that_the_file_does_not_have_cost_nothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(w => { }, Good.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 16384").Replace("24", "268435456"), "lacks");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData("llama.embedding_length", null), InlineData("llama.block_count", null), InlineData("llama.attention.head_count", null),
        InlineData("llama.feed_forward_length", null), InlineData("llama.context_length", null), InlineData("llama.attention.layer_norm_rms_epsilon", null),
        InlineData("token_embd.weight", null)]
    [InlineData("llama.attention.head_count", 3u), InlineData("llama.attention.head_count_kv", 3u), InlineData("llama.rope.dimension_count", 2u),
        InlineData("llama.attention.value_length", 8u)]
    [InlineData("llama.block_count", 0xFFFFFFFF), InlineData("llama.expert_count", 0x7FFFFFFFu)]
    public void Errors_in_gguf_files_go_by_the_names_there(string key, object? value) => GgufRefused(key, value, key);

    [Theory]
    [InlineData("llama.expert_used_count", 2u, "llama.expert_count: is missing")]
    [InlineData("llama.expert_count", 2u, "llama.expert_used_count: is missing")]
    [InlineData("llama.attention.key_length", 8u, "llama.attention.value_length: is missing")]
    [InlineData("llama.attention.value_length", 8u, "llama.attention.value_length: is 8")]
    public void What_one_key_of_a_gguf_file_makes_another_need_is_named(string key, uint value, string said) => GgufRefused(key, value, said);

    private static void GgufRefused(string key, object? value, string said)
    {
        using TemporaryDirectory directory = new();
        GgufWriter writer = new GgufWriter().Set("general.architecture", "llama").Set("llama.embedding_length", 16u).Set("llama.block_count", 1u)
            .Set("llama.attention.head_count", 4u).Set("llama.attention.layer_norm_rms_epsilon", 1e-6f).Set("llama.feed_forward_length",
                24u).Set("llama.context_length", 32u);
        if (value is uint number) writer.Set(key, number);
        else writer.Remove(key);
        if (value is 0x7FFFFFFFu) writer.Set("llama.expert_used_count", 2u);
        if (key != "token_embd.weight") writer.Add("token_embd.weight", BlockFormat.F32, [20, 16], new byte[20 * 16 * 4]);
        writer.Save(directory.Of("model.gguf"));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() =>
            LoadedModel.Load(directory.Of("model.gguf"), KernelTiers.Detect("reference").Kernels).Dispose());
        Assert.Contains(said, e.Message);
    }

    private static void Refused(Action<NaiveWeights> spoil, string config, params string[] said)
    {
        using TemporaryDirectory directory = new();
        NaiveWeights weights = new();
        NaiveCases.Llama.Logits(weights, [1, 2]);
        spoil(weights);
        weights.Save(directory.Path, config);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => LoadedModel.Load(directory.Path, KernelTiers.Detect("reference").Kernels).Dispose());
        foreach (string part in said) Assert.Contains(part, e.Message);
    }
}
