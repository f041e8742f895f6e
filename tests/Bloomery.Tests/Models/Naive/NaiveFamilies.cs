using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>Further values of keys whose families have golden folders or cases elsewhere, as the reference library's classes read them.</summary>
internal static class NaiveFamilies
{
    private const string Sizes = "\"hidden_size\": 16, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"intermediate_size\": 24, \"vocab_size\": 20";
    private static readonly NaiveDecoder Llama = NaiveCases.Llama;
    private static readonly NaiveDecoder LayerNormed = new() { Rms = false, NormBias = true, Epsilon = 1e-5 };
    private static readonly NaiveDecoder Cohere =
        Llama with { Head = null, Rms = false, Epsilon = 1e-5, Norms = ["input_layernorm"], Block = NaiveBlock.OneNormSideBySide, Pairs = true,
        LogitScale = 0.0625 };

    /// <summary>By a name that says what is peculiar.</summary>
    public static IReadOnlyDictionary<string, NaiveCase> All { get; } = new Dictionary<string, NaiveCase>
    {
        ["cohere, its defaults"] =
            new($$"""{"model_type": "cohere", {{Sizes}}, "num_key_value_heads": null, "use_qk_norm": null}""",
            Cohere with { Theta = _ => NaiveCases.Plain(5e5, 4) }),
        ["cohere, biases, a head of its own"] =
            new($$"""
                {"model_type": "cohere", {{Sizes}}, "head_dim": 8, "attention_bias": true, "tie_word_embeddings": false, "layer_norm_eps": 1e-3,
                "hidden_act": "gelu_new", "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 100.0} }
                """,
            Cohere with { Head = "lm_head", HeadDim = 8, QkvBias = true, OutputBias = true, Epsilon = 1e-3, Activation = GeluTanh, Theta = _ =>
                [.. NaiveCases.Plain(100, 8).Select(t => t / 2)] }),
        ["cohere2, its pattern"] =
            new($$"""{"model_type": "cohere2", {{Sizes}}, "num_key_value_heads": 2, "sliding_window": 3, "sliding_window_pattern": 2, "logit_scale": 0.25}""",
            Cohere with { KvHeads = 2, LogitScale = 0.25, Theta = _ => NaiveCases.Plain(10000, 4), Rotated = i => i == 0, Sees = (i, t, j) =>
                j <= t && (i == 1 || j > t - 3) }),
        ["cohere2, layer types"] =
            new($$"""
                {"model_type": "cohere2", {{Sizes}}, "attention_bias": true, "layer_types": ["full_attention", "sliding_attention"], "rope_theta": 50.0,
                "sliding_window": 5}
                """,
            Cohere with { QkvBias = true, OutputBias = true, Theta = _ => NaiveCases.Plain(50, 4), Rotated = i => i == 1, Sees = (i, t, j) =>
                j <= t && (i == 0 || j > t - 5) }),
        ["stablelm, its defaults"] =
            new("""
                {"model_type": "stablelm", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4,
                "intermediate_size": 24, "vocab_size": 20}
                """,
            Llama with { Hidden = 32, HeadDim = 8, Rms = false, NormBias = true, Epsilon = 1e-5, Theta = _ => [1] }),
        ["stablelm, tied, half rotates, norms of heads"] =
            new($$"""
                {"model_type": "stablelm", {{Sizes}}, "num_key_value_heads": 1, "tie_word_embeddings": true, "qk_layernorm": true, "hidden_act": "relu",
                "layer_norm_eps": 1e-3, "partial_rotary_factor": 0.5, "rope_scaling": {"type": "linear", "factor": 3.0} }
                """,
            Llama with { Head = null, KvHeads = 1, Rms = false, NormBias = true, Epsilon = 1e-3, Activation = Relu,
                QueryKeyNorms = ["self_attn.q_layernorm.norms", "self_attn.k_layernorm.norms"], QueryKeyGainPerHead = true, Theta = _ => [1 / 3.0] }),
        ["starcoder2, its defaults"] = new($$"""{"model_type": "starcoder2", {{Sizes}} }""",
            LayerNormed with { KvHeads = 2, QkvBias = true, OutputBias = true, MlpBias = true, Mlp = ["mlp.c_fc", "mlp.c_proj"], Activation = GeluTanh,
                Theta = _ => NaiveCases.Plain(10000, 4) }),
        ["starcoder2, a head of its own"] =
            new($$"""
                {"model_type": "starcoder2", {{Sizes}}, "num_key_value_heads": 4, "head_dim": null, "tie_word_embeddings": false, "use_bias": false,
                "hidden_act": "gelu", "sliding_window": null, "rope_parameters": {"rope_theta": 300.0, "rope_type": "default"} }
                """,
            LayerNormed with { Head = "lm_head", Mlp = ["mlp.c_fc", "mlp.c_proj"], Activation = GeluErf, Theta = _ => NaiveCases.Plain(300, 4) }),
        ["granite, its defaults"] = new($$"""{"model_type": "granite", {{Sizes}} }""", Llama with { Scale = _ => 1 }),
        ["granite, biases"] = new($$"""
            {"model_type": "granite", {{Sizes}}, "head_dim": 8, "attention_bias": true, "mlp_bias": true, "rms_norm_eps": 1e-4, "logits_scaling": 0.5,
            "attention_multiplier": 0.25, "hidden_act": "gelu"}
            """,
            Llama with { HeadDim = 8, Scale = _ =>
                0.25, QkvBias = true, OutputBias = true, MlpBias = true, Epsilon = 1e-4, LogitScale = 2, Activation = GeluErf, Theta = _ =>
                NaiveCases.Plain(10000, 8) }),
        ["olmo2, its defaults"] = new($$"""{"model_type": "olmo2", {{Sizes}}, "num_key_value_heads": null}""", Olmo with { }),
        ["olmo2, tied, other heads"] =
            new($$"""
                {"model_type": "olmo2", {{Sizes}}, "num_key_value_heads": 2, "head_dim": 6, "tie_word_embeddings": true, "rms_norm_eps": 1e-3,
                "rope_theta": 500000}
                """,
            Olmo with { Head = null, KvHeads = 2, HeadDim = 6, Epsilon = 1e-3, Theta = _ => NaiveCases.Plain(500000, 6) }),
        ["smollm3, its defaults"] =
            new($$"""{"model_type": "smollm3", {{Sizes}}, "num_key_value_heads": 4, "no_rope_layer_interval": 2}""",
            Llama with { Head = null, Rotated = i => i == 0, Theta = _ => NaiveCases.Plain(2e6, 4) }),
        ["smollm3, biases, a head of its own"] =
            new($$"""
                {"model_type": "smollm3", {{Sizes}}, "num_key_value_heads": 2, "attention_bias": true, "mlp_bias": true, "tie_word_embeddings": false,
                "no_rope_layers": [2, 0], "layer_types": ["sliding_attention", "full_attention"], "sliding_window": 4, "use_sliding_window": true}
                """,
            Llama with { Head = "lm_head", KvHeads = 2, QkvBias = true, OutputBias = true, MlpBias = true, Rotated = i => i == 0, Theta = _ =>
                NaiveCases.Plain(2e6, 4), Sees = (i, t, j) => j <= t && (i == 1 || j > t - 4) }),
        ["nemotron, its defaults"] = new($$"""{"model_type": "nemotron", {{Sizes}}, "num_key_value_heads": 4, "head_dim": null}""",
            LayerNormed with { Head = "lm_head", GainPlus = 1, Activation = ReluSquared, Theta = _ => [1] }),
        ["nemotron, tied, all rotate"] =
            new($$"""
                {"model_type": "nemotron", {{Sizes}}, "num_key_value_heads": 1, "tie_word_embeddings": true, "mlp_bias": true, "hidden_act": "gelu",
                "rope_parameters": {"rope_theta": 50.0, "partial_rotary_factor": 1.0, "rope_type": "default"} }
                """,
            LayerNormed with { KvHeads = 1, GainPlus = 1, MlpBias = true, Activation = GeluErf, Theta = _ => NaiveCases.Plain(50, 4) }),
        ["persimmon, tied"] = new($$"""
            {"model_type": "persimmon", {{Sizes}}, "num_key_value_heads": 2, "tie_word_embeddings": true, "layer_norm_eps": 1e-3, "partial_rotary_factor": 0.5,
            "rope_scaling": {"rope_type": "linear", "factor": 2.0} }
            """,
            LayerNormed with { FinalNorm = "model.final_layernorm", Attention = ["self_attn.query_key_value", "self_attn.dense"], Fused = NaiveFused.PerHead,
                Mlp = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"], QkvBias = true, OutputBias = true, MlpBias = true, Activation = ReluSquared,
                Epsilon = 1e-3, Theta = _ => [0.5], QueryKeyNorms = ["self_attn.q_layernorm", "self_attn.k_layernorm"], QueryKeyNormBias = true }),
        ["codegen, a head of its own"] =
            new("""
                {"model_type": "codegen", "n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 20, "rotary_dim": 4, "n_inner": null,
                "layer_norm_epsilon": 1e-3, "activation_function": "gelu", "scale_attn_weights": false, "rotary": false}
                """,
            GptJ with { Hidden = 32, HeadDim = 8, Inner = 128, Epsilon = 1e-3, Activation = GeluErf, Attention = ["attn.qkv_proj", "attn.out_proj"],
                Fused = NaiveFused.CodeGen }),
        ["gptj, tied"] = new("""
            {"model_type": "gptj", "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 32, "vocab_size": 20, "rotary_dim": 2, "tie_word_embeddings": true,
            "rope_theta": 5}
            """, GptJ with { Head = null, Theta = _ => [1] }),
    };

    private static NaiveDecoder Olmo => Llama with
    {
        Norms = ["post_attention_layernorm", "post_feedforward_layernorm"], Block = NaiveBlock.NormAfter, Epsilon = 1e-5,
            FullQueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"],
    };

    private static NaiveDecoder GptJ => LayerNormed with
    {
        Embedding = "transformer.wte", Head = "lm_head", HeadBias = true, Layer = "transformer.h.", FinalNorm = "transformer.ln_f", Norms = ["ln_1"],
            Attention = ["attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.out_proj"],
        Mlp = ["mlp.fc_in", "mlp.fc_out"], Inner = 64, Block = NaiveBlock.OneNormSideBySide, MlpBias = true, Activation = GeluTanh, Theta = _ =>
            NaiveCases.Plain(10000, 4), Pairs = true,
    };
}
