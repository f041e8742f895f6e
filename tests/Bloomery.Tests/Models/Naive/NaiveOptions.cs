using static Bloomery.Tests.Models.Naive.NaiveCases;
using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>Configuration keys and defaults that no golden folder exercises, with what the reference library's code makes of them.</summary>
internal static class NaiveOptions
{
    private static readonly NaiveDecoder BigCode =
        Gpt2 with { Transposed = false, Embedding = "transformer.wte", Layer = "transformer.h.", FinalNorm = "transformer.ln_f",
        LearnedPositions = "transformer.wpe" };

    private static readonly NaiveDecoder NeoX = LayerNormed with
    {
        Embedding = "gpt_neox.embed_in", Head = "embed_out", Layer = "gpt_neox.layers.", FinalNorm = "gpt_neox.final_layer_norm",
            Attention = ["attention.query_key_value", "attention.dense"],
        Mlp = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"], Fused = NaiveFused.PerHead, Block = NaiveBlock.TwoNormsSideBySide, QkvBias = true, OutputBias = true,
            MlpBias = true, Activation = GeluErf,
    };

    private static readonly NaiveDecoder Phi3 =
        Llama with { Attention = ["self_attn.qkv_proj", "self_attn.o_proj"], Fused = NaiveFused.Blocks, FusedGate = "mlp.gate_up_proj", Epsilon = 1e-5 };

    private static readonly NaiveDecoder Gemma2 = Llama with
    {
        Head = null, GainPlus = 1, EmbeddingScale = 4, Activation = GeluTanh, Block = NaiveBlock.Sandwich, Scale = _ => 1 / 16.0,
        Norms = ["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"],
    };

    private static readonly NaiveDecoder Mpt = LayerNormed with
    {
        NormBias = false, Embedding = "transformer.wte", Layer = "transformer.blocks.", FinalNorm = "transformer.norm_f", Norms = ["norm_1", "norm_2"],
            Attention = ["attn.Wqkv", "attn.out_proj"],
        Fused = NaiveFused.Blocks, Mlp = ["ffn.up_proj", "ffn.down_proj"], Inner = 64, Activation = GeluErf,
    };

    /// <summary>By a name that says what is peculiar.</summary>
    public static IReadOnlyDictionary<string, NaiveCase> All { get; } = new Dictionary<string, NaiveCase>
    {
        ["bloom, a head of its own"] =
            new("""
                {"model_type": "bloom", "hidden_size": 16, "n_layer": 2, "n_head": 4, "vocab_size": 20, "tie_word_embeddings": false,
                "layer_norm_epsilon": 1e-2}
                """,
            Bloom with { Head = "lm_head", Epsilon = 1e-2 }),
        ["gpt2, both scales, a head of its own, newer names"] =
            new("""
                {"model_type": "gpt2", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 32, "vocab_size": 20,
                "scale_attn_weights": false, "scale_attn_by_inverse_layer_idx": true, "reorder_and_upcast_attn": true, "tie_word_embeddings": false,
                "layer_norm_epsilon": 1e-2, "activation_function": "quick_gelu"}
                """,
            Gpt2 with { Head = "lm_head", Scale = i => 1.0 / (i + 1), Epsilon = 1e-2, Activation = QuickGelu }),
        ["gpt_bigcode, unscaled"] =
            new($$"""
                {"model_type": "gpt_bigcode", {{OldSizes}}, "scale_attn_weights": false, "n_inner": 12, "activation_function": "relu2",
                "attention_softmax_in_fp32": false, "tie_word_embeddings": false}
                """,
            BigCode with { Head = "lm_head", KvHeads = 1, Inner = 12, Scale = _ => 1, Activation = ReluSquared }),
        ["gpt_bigcode, many queries"] =
            new($$"""
                {"model_type": "gpt_bigcode", {{OldSizes}}, "multi_query": false, "activation_function": "gelu_python_tanh", "layer_norm_epsilon": 1e-3}
                """,
            BigCode with { Fused = NaiveFused.PerHead, Epsilon = 1e-3 }),
        ["llama, long heads, all biases"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "head_dim": 8, "num_key_value_heads": 2, "attention_bias": true, "mlp_bias": true, "hidden_act": "gelu",
                "rms_norm_eps": 1e-2, "rope_theta": 77}
                """,
            Llama with { HeadDim = 8, KvHeads = 2, QkvBias = true, OutputBias = true, MlpBias = true, Activation = GeluErf, Epsilon = 1e-2, Theta = _ =>
                Plain(77, 8) }),
        ["llama, tied, nulls"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "head_dim": null, "num_key_value_heads": null, "rope_scaling": null, "rope_parameters": null,
                "tie_word_embeddings": true, "partial_rotary_factor": 0.5}
                """,
            Llama with { Head = null }),
        ["llama, the older scaling wins"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "rope_theta": 300.0, "rope_scaling": {"type": "linear", "factor": 4.0},
                "rope_parameters": {"rope_type": "default", "rope_theta": 90.0} }
                """,
            Llama with { Theta = _ => [.. Plain(300, 4).Select(f => f / 4)] }),
        ["llama, dynamic, new keys"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "head_dim": 8, "max_position_embeddings": 6, "original_max_position_embeddings": 3,
                "rope_parameters": {"rope_type": "dynamic", "rope_theta": 50.0, "factor": 4.0} }
                """,
            Llama with { HeadDim = 8, Theta = n => Plain(50 * Math.Pow(4.0 * Math.Max(n, 6) / 6 - 3, 8 / 6.0), 8) }),
        ["llama, llama3"] = new($$"""
            {"model_type": "llama", {{Sizes}}, "head_dim": 16, "max_position_embeddings": 64, "rope_theta": 100.0, "rope_scaling": {"rope_type": "llama3",
            "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32} }
            """,
            Llama with { HeadDim = 16, Theta = _ => [.. Plain(100, 16).Select(f => Llama3(f, 8, 1, 4, 32))] }),
        ["llama, yarn, both scales, the outer length"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "head_dim": 8, "max_position_embeddings": 64, "original_max_position_embeddings": 16,
                "rope_parameters": {"rope_type": "yarn", "rope_theta": 100.0, "factor": 4.0, "truncate": false, "original_max_position_embeddings": 32,
                "mscale": 1.5, "mscale_all_dim": 0.5, "beta_fast": 4} }
                """,
            Llama with { HeadDim = 8, Theta = _ => Yarn(100, 8, 16, 4, 4, 1), RopeFactor = (1 + 0.15 * Math.Log(4)) / (1 + 0.05 * Math.Log(4)) }),
        ["llama, yarn, stated attention factor"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "head_dim": 8, "max_position_embeddings": 64, "rope_parameters": {"rope_type": "yarn", "factor": 2.0,
                "truncate": false, "attention_factor": 0.6, "mscale": 1.5, "mscale_all_dim": 0.5} }
                """,
            Llama with { HeadDim = 8, Theta = _ => Yarn(10000, 8, 64, 2, 32, 1), RopeFactor = 0.6 }),
        ["llama, longrope, stated factor"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "max_position_embeddings": 64, "rope_parameters": {"rope_type": "longrope", "factor": 3.0,
                "short_factor": [1.0, 1.5], "long_factor": [2.0, 5.0], "original_max_position_embeddings": 8} }
                """,
            Llama with { Theta = n => n > 8 ? [1 / 2.0, 0.01 / 5] : [1, 0.01 / 1.5], RopeFactor = Math.Sqrt(1 + Math.Log(3) / Math.Log(8)) }),
        ["llama, proportional"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "head_dim": 8, "rope_parameters": {"rope_type": "proportional", "rope_theta": 30.0,
                "partial_rotary_factor": 0.7, "factor": 2.0} }
                """,
            Llama with { HeadDim = 8, Theta = _ => [.. Plain(30, 8).Select((f, j) => j < 2 ? f / 2 : 0)] }),
        ["mistral, no window, own heads"] =
            new("""
                {"model_type": "mistral", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 8, "intermediate_size": 24, "vocab_size": 20,
                "head_dim": 4, "sliding_window": null, "layer_types": ["sliding_attention", "sliding_attention"], "hidden_act": "gelu_pytorch_tanh"}
                """,
            Llama with { Heads = 8, KvHeads = 8, Activation = GeluTanh }),
        ["qwen2, windows from the second layer on"] =
            new($$"""
                {"model_type": "qwen2", {{Sizes}}, "num_key_value_heads": 4, "use_sliding_window": true, "sliding_window": 3, "max_window_layers": 1,
                "head_dim": 8, "tie_word_embeddings": true}
                """,
            Llama with { Head = null, HeadDim = 8, Theta = _ => Plain(10000, 8), QkvBias = true, Sees = (i, t, j) => j <= t && (i == 0 || j > t - 3) }),
        ["qwen2, flag on, no window"] =
            new($$"""
                {"model_type": "qwen2", {{Sizes}}, "num_key_value_heads": null, "use_sliding_window": true, "sliding_window": null, "max_window_layers": 0,
                "attention_bias": false}
                """, Llama with { QkvBias = true }),
        ["qwen3, default heads, biases"] =
            new("""
                {"model_type": "qwen3", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 32, "intermediate_size": 24, "vocab_size": 20,
                "attention_bias": true}
                """,
            Llama with { Heads = 32, KvHeads = 32, HeadDim = 128, QkvBias = true, OutputBias = true, Theta = _ =>
                Plain(10000, 128), QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"] }),
        ["gemma, default heads"] =
            new("""
                {"model_type": "gemma", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 16, "intermediate_size": 24, "vocab_size": 20,
                "tie_word_embeddings": false, "rope_scaling": {"type": "linear", "factor": 2.0} }
                """,
            Llama with { Heads = 16, KvHeads = 16, HeadDim = 256, GainPlus = 1, EmbeddingScale = 4, Activation = GeluTanh, Theta = _ =>
                [.. Plain(10000, 256).Select(f => f / 2)] }),
        ["gemma2, no caps, listed layers"] =
            new($$"""
                {"model_type": "gemma2", {{Sizes}}, "head_dim": 4, "attn_logit_softcapping": null, "final_logit_softcapping": null, "attention_bias": true,
                "hidden_activation": "gelu", "sliding_window": 4, "layer_types": ["full_attention", "sliding_attention"], "use_bidirectional_attention": false}
                """,
            Gemma2 with { QkvBias = true, OutputBias = true, Activation = GeluErf, Theta = _ => Plain(10000, 4), Sees = (i, t, j) =>
                j <= t && (i == 0 || j > t - 4) }),
        ["gemma2, default caps"] = new($$"""{"model_type": "gemma2", {{Sizes}}, "head_dim": 4, "query_pre_attn_scalar": 1, "sliding_window": 4}""",
            Gemma2 with { Scale = _ => 1, ScoreCap = 50, LogitCap = 30, Sees = (i, t, j) => j <= t && (i == 1 || j > t - 4) }),
        ["gemma3, nested rotations, bases outside"] =
            new($$"""
                {"model_type": "gemma3_text", {{Sizes}}, "head_dim": 4, "sliding_window": 4, "layer_types": ["full_attention", "sliding_attention"],
                "attn_logit_softcapping": 0.1, "attention_bias": true, "tie_word_embeddings": false, "rope_theta": 1000.0, "rope_local_base_freq": 50.0,
                "rope_parameters": {"full_attention": {"rope_type": "default"}, "sliding_attention": {"rope_type": "linear", "factor": 4.0} } }
                """,
            Gemma2 with
            {
                Head = "lm_head", QkvBias = true, OutputBias = true, QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"], Sees = (i, t, j) =>
                    j <= t && (i == 0 || j > t - 4),
                ThetaOfLayer = i => i == 0 ? Plain(1000, 4) : [.. Plain(50, 4).Select(f => f / 4)],
            }),
        ["phi, long heads, some turn slowly"] =
            new($$"""
                {"model_type": "phi", {{Sizes}}, "num_key_value_heads": 2, "head_dim": 8, "hidden_act": "relu", "layer_norm_eps": 1e-2,
                "rope_parameters": {"rope_type": "linear", "rope_theta": 40.0, "factor": 3.0, "partial_rotary_factor": 0.75} }
                """,
            Phi with { KvHeads = 2, HeadDim = 8, Activation = Relu, Epsilon = 1e-2, Theta = _ => [.. Plain(40, 6).Select(f => f / 3)] }),
        ["phi3, window, tied"] =
            new($$"""
                {"model_type": "phi3", {{Sizes}}, "num_key_value_heads": 2, "sliding_window": 3, "tie_word_embeddings": true, "hidden_act": "relu",
                "rope_theta": 60.0}
                """,
            Phi3 with { Head = null, KvHeads = 2, Activation = Relu, Theta = _ => Plain(60, 4), Sees = (_, t, j) => j <= t && j > t - 3 }),
        ["phi3, su, some turn"] =
            new($$"""
                {"model_type": "phi3", {{Sizes}}, "head_dim": 8, "num_key_value_heads": null, "max_position_embeddings": 32,
                "original_max_position_embeddings": 8, "partial_rotary_factor": 0.5, "rope_scaling": {"type": "su", "short_factor": [1.0, 1.5],
                "long_factor": [2.0, 5.0], "attention_factor": 1.2} }
                """,
            Phi3 with { HeadDim = 8, Theta = n => n > 8 ? [1 / 2.0, 0.01 / 5] : [1, 0.01 / 1.5], RopeFactor = 1.2 }),
        ["phi3, an odd share turns"] =
            new($$"""{"model_type": "phi3", {{Sizes}}, "head_dim": 8, "partial_rotary_factor": 0.4}""",
            Phi3 with { HeadDim = 8, Theta = _ => [1, Math.Pow(10000, -2 / 3.0)] }),
        ["phi3, default original length"] =
            new($$"""
                {"model_type": "phi3", {{Sizes}}, "max_position_embeddings": 8192, "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.5],
                "long_factor": [2.0, 5.0], "original_max_position_embeddings": 8} }
                """,
            Phi3 with { Theta = _ => [1, 0.01 / 1.5], RopeFactor = Math.Sqrt(1 + Math.Log(2) / Math.Log(4096)) }),
        ["gpt_neox, a third of twelve turns, theta unread"] =
            new("""
                {"model_type": "gpt_neox", "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24, "vocab_size": 20,
                "rope_theta": 7.0, "partial_rotary_factor": 1.0}
                """,
            NeoX with { Hidden = 48, HeadDim = 12, Theta = _ => [1, Math.Pow(10000, -2 / 3.0)] }),
        ["gpt_neox, serial, tied, new keys"] =
            new($$"""
                {"model_type": "gpt_neox", {{Sizes}}, "use_parallel_residual": false, "tie_word_embeddings": true, "layer_norm_eps": 1e-2,
                "hidden_act": "gelu_new", "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0, "partial_rotary_factor": 1.0} }
                """,
            NeoX with { Head = null, Block = NaiveBlock.Pre, Epsilon = 1e-2, Activation = GeluTanh, Theta = _ => [.. Plain(500, 4).Select(f => f / 2)] }),
        ["gpt_neox, newer name of the head"] =
            new($$"""{"model_type": "gpt_neox", {{Sizes}}, "rotary_pct": 0.5}""", NeoX with { Head = "lm_head", Theta = _ => Plain(10000, 2) }),
        ["falcon, new, two norms, biases"] =
            new($$"""
                {"model_type": "falcon", {{Sizes}}, "new_decoder_architecture": true, "num_kv_heads": 2, "num_ln_in_parallel_attn": null, "bias": true,
                "multi_query": false, "rope_scaling": {"type": "linear", "factor": 2.0}, "layer_norm_epsilon": 1e-2}
                """,
            Falcon with { KvHeads = 2, Block = NaiveBlock.TwoNormsSideBySide, Norms = ["ln_attn", "ln_mlp"], QkvBias = true, OutputBias = true, MlpBias = true,
                Epsilon = 1e-2, Theta = _ => [.. Plain(10000, 4).Select(f => f / 2)] }),
        ["falcon, old, side by side, all heads"] =
            new($$"""{"model_type": "falcon", {{Sizes}}, "multi_query": false, "num_kv_heads": null, "tie_word_embeddings": false}""",
            Falcon with { Head = "lm_head", Fused = NaiveFused.PerHead }),
        ["falcon, new, ALiBi"] =
            new($$"""{"model_type": "falcon", {{Sizes}}, "new_decoder_architecture": true, "num_kv_heads": 2, "alibi": true, "activation": "relu"}""",
            Falcon with { KvHeads = 2, Theta = null, Block = NaiveBlock.TwoNormsSideBySide, Norms = ["ln_attn", "ln_mlp"], Activation = Relu, Bias = (h, j) =>
                RoundToBFloat16(RoundToBFloat16(AlibiSlopes(4)[h]) * j) / 2 }),
        ["opt, norms behind, a head of its own"] =
            new($$"""
                {"model_type": "opt", {{Sizes}}, "ffn_dim": 24, "max_position_embeddings": 32, "do_layer_norm_before": false, "enable_bias": false,
                "word_embed_proj_dim": null, "activation_function": "gelu_new", "tie_word_embeddings": false}
                """,
            Opt with { Head = "lm_head", Block = NaiveBlock.Post, FinalNorm = null, QkvBias = false, OutputBias = false, MlpBias = false,
                Activation = GeluTanh }),
        ["opt, narrow embeddings, norms in front"] =
            new($$"""{"model_type": "opt", {{Sizes}}, "ffn_dim": 24, "max_position_embeddings": 32, "word_embed_proj_dim": 8, "activation_function": "silu"}""",
            Opt with { EmbeddingSize = 8, Projections = ["model.decoder.project_in", "model.decoder.project_out"], Activation = Silu }),
        ["mpt, what is not read"] =
            new("""
                {"model_type": "mpt", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 20, "layer_norm_epsilon": 1e-2,
                "logit_scale": 0.1, "no_bias": false, "learned_pos_emb": true, "norm_type": "rmsnorm", "tie_word_embeddings": false,
                "attn_config": {"clip_qkv": 0, "softmax_scale": null, "alibi_bias_max": 16, "prefix_lm": true, "qk_ln": true} }
                """,
            Mpt with { Head = "lm_head", Epsilon = 1e-2, Bias = (h, j) => AlibiSlopes(4)[h] * j }),
    };

    private static double Llama3(double f, double factor, double low, double high, double original)
    {
        double wave = 2 * Math.PI / f, smooth = (original / wave - low) / (high - low);
        return wave > original / low ? f / factor : wave < original / high ? f : (1 - smooth) * f / factor + smooth * f;
    }
}
