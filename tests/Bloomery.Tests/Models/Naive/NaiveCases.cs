using static Bloomery.Tests.Models.Naive.NaiveMath;

namespace Bloomery.Tests.Models.Naive;

/// <summary>One configuration, and what it means in the naive model's switches.</summary>
internal sealed record NaiveCase(string Config, NaiveDecoder Model);

/// <summary>Families and options for which there are no golden folders.</summary>
internal static class NaiveCases
{
    internal const string Sizes = "\"hidden_size\": 16, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"intermediate_size\": 24, \"vocab_size\": 20";
    internal const string OldSizes = "\"n_embd\": 16, \"n_layer\": 2, \"n_head\": 4, \"n_positions\": 32, \"vocab_size\": 20";

    internal static readonly NaiveDecoder Llama = new() { Head = "lm_head", Gate = "mlp.gate_proj", Theta = _ => Plain(10000, 4) };
    internal static readonly NaiveDecoder LayerNormed = new() { Rms = false, NormBias = true, Epsilon = 1e-5 };
    internal static readonly NaiveDecoder Phi = LayerNormed with
    {
        Head = "lm_head", HeadBias = true, FinalNorm = "model.final_layernorm", Norms = ["input_layernorm"],
            Attention = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.dense"],
        Mlp = ["mlp.fc1", "mlp.fc2"], Block = NaiveBlock.OneNormSideBySide, QkvBias = true, OutputBias = true, MlpBias = true, Activation = GeluTanh,
        Theta = _ =>
            Plain(10000, 2),
    };

    private static readonly NaiveDecoder GptJ = LayerNormed with
    {
        Embedding = "transformer.wte", Head = "lm_head", HeadBias = true, Layer = "transformer.h.", FinalNorm = "transformer.ln_f", Norms = ["ln_1"],
            Attention = ["attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.out_proj"],
        Mlp = ["mlp.fc_in", "mlp.fc_out"], Inner = 64, Block = NaiveBlock.OneNormSideBySide, MlpBias = true, Activation = GeluTanh, Theta = _ =>
            Plain(10000, 4), Pairs = true,
    };

    private static readonly NaiveDecoder Persimmon = LayerNormed with
    {
        Head = "lm_head", FinalNorm = "model.final_layernorm", Attention = ["self_attn.query_key_value", "self_attn.dense"], Fused = NaiveFused.PerHead,
            Mlp = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"],
        QkvBias = true, OutputBias = true, MlpBias = true, Activation = ReluSquared, Theta = _ => Plain(10000, 2),
    };

    internal static readonly NaiveDecoder Bloom = LayerNormed with
    {
        Embedding = "transformer.word_embeddings", EmbeddingNorm = "transformer.word_embeddings_layernorm", Layer = "transformer.h.",
            FinalNorm = "transformer.ln_f", Inner = 64,
        Attention = ["self_attention.query_key_value", "self_attention.dense"], Fused = NaiveFused.PerHead, Mlp = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"],
            QkvBias = true, OutputBias = true, MlpBias = true,
        Activation = GeluTanh, Bias = (h, j) => AlibiSlopes(4)[h] * j,
    };

    internal static readonly NaiveDecoder Falcon = LayerNormed with
    {
        Embedding = "transformer.word_embeddings", Layer = "transformer.h.", FinalNorm = "transformer.ln_f", Inner = 64,
            Attention = ["self_attention.query_key_value", "self_attention.dense"],
        Mlp = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"], Activation = GeluErf, Theta = _ =>
            Plain(10000, 4), Norms = ["input_layernorm"], Block = NaiveBlock.OneNormSideBySide, Fused = NaiveFused.PerGroup,
    };

    internal static readonly NaiveDecoder Opt = LayerNormed with
    {
        Embedding = "model.decoder.embed_tokens", Layer = "model.decoder.layers.", FinalNorm = "model.decoder.final_layer_norm",
            LearnedPositions = "model.decoder.embed_positions", PositionOffset = 2,
        Norms = ["self_attn_layer_norm", "final_layer_norm"], Attention = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"],
            Mlp = ["fc1", "fc2"],
        QkvBias = true, OutputBias = true, MlpBias = true, Activation = Relu,
    };

    internal static readonly NaiveDecoder Gpt2 = LayerNormed with
    {
        Embedding = "wte", Layer = "h.", FinalNorm = "ln_f", LearnedPositions = "wpe", Norms = ["ln_1", "ln_2"], Attention = ["attn.c_attn", "attn.c_proj"],
            Fused = NaiveFused.Blocks, Mlp = ["mlp.c_fc", "mlp.c_proj"],
        Inner = 64, QkvBias = true, OutputBias = true, MlpBias = true, Activation = GeluTanh, Transposed = true,
    };

    /// <summary>The names of all cases.</summary>
    public static IEnumerable<string> Names => All.Keys.Concat(NaiveOptions.All.Keys);

    /// <summary>The case of that name.</summary>
    public static NaiveCase Find(string name) => All.TryGetValue(name, out NaiveCase? found) ? found : NaiveOptions.All[name];

    /// <summary>By a name that says what is peculiar.</summary>
    private static IReadOnlyDictionary<string, NaiveCase> All { get; } = new Dictionary<string, NaiveCase>
    {
        ["gptj"] = new($$"""{"model_type": "gptj", {{OldSizes}}, "rotary_dim": 4}""", GptJ),
        ["gptj, two heads, some dimensions"] =
            new("""
                {"model_type": "gptj", "n_embd": 16, "n_layer": 2, "n_head": 2, "vocab_size": 20, "rotary_dim": 6, "n_inner": 12, "activation_function": "gelu"}
                """,
            GptJ with { Heads = 2, KvHeads = 2, HeadDim = 8, Inner = 12, Theta = _ => Plain(10000, 6), Activation = GeluErf }),
        ["codegen, tied"] = new("""
            {"model_type": "codegen", "n_embd": 32, "n_layer": 2, "n_head": 8, "vocab_size": 20, "rotary_dim": 4, "tie_word_embeddings": true}
            """,
            GptJ with { Hidden = 32, Heads = 8, KvHeads = 8, Inner = 128, Head = null, Attention = ["attn.qkv_proj", "attn.out_proj"],
                Fused = NaiveFused.CodeGen }),
        ["persimmon"] = new($$"""{"model_type": "persimmon", {{Sizes}} }""",
            Persimmon with { QueryKeyNorms = ["self_attn.q_layernorm", "self_attn.k_layernorm"], QueryKeyNormBias = true }),
        ["persimmon, all rotate"] =
            new($$"""
                {"model_type": "persimmon", {{Sizes}}, "qk_layernorm": false, "hidden_act": "quick_gelu", "rope_parameters": {"rope_theta": 25000.0,
                "partial_rotary_factor": 1.0, "rope_type": "default"} }
                """,
            Persimmon with { Activation = QuickGelu, Theta = _ => Plain(25000, 4) }),
        ["nemotron"] = new($$"""
            {"model_type": "nemotron", {{Sizes}}, "num_key_value_heads": 2, "head_dim": 8, "attention_bias": true, "mlp_bias": true, "norm_eps": 1e-3}
            """,
            LayerNormed with { Head = "lm_head", KvHeads = 2, HeadDim = 8, GainPlus = 1, Epsilon = 1e-3, QkvBias = true, OutputBias = true, MlpBias = true,
                Activation = ReluSquared, Theta = _ => Plain(10000, 4) }),
        ["llama, dynamic"] = new($$"""{"model_type": "llama", {{Sizes}}, "max_position_embeddings": 8, "rope_scaling": {"type": "dynamic", "factor": 2.0} }""",
            Llama with { Theta = n => Plain(10000 * Math.Pow(2.0 * Math.Max(n, 8) / 8 - 1, 2), 4) }),
        ["llama, longrope"] = new($$"""
            {"model_type": "llama", {{Sizes}}, "max_position_embeddings": 32, "original_max_position_embeddings": 8, "rope_scaling": {"rope_type": "longrope",
            "short_factor": [1.0, 1.5], "long_factor": [2.0, 5.0]} }
            """,
            Llama with { Theta = n => n > 8 ? [1 / 2.0, 0.01 / 5] : [1, 0.01 / 1.5], RopeFactor = Math.Sqrt(1 + Math.Log(4) / Math.Log(8)) }),
        ["llama, yarn without factor"] =
            new($$"""
                {"model_type": "llama", {{Sizes}}, "max_position_embeddings": 32, "rope_parameters": {"rope_theta": 100.0, "rope_type": "yarn", "factor": null,
                "truncate": false, "original_max_position_embeddings": 8, "beta_fast": 2, "beta_slow": 0.5} }
                """,
            Llama with { Theta = _ => Yarn(100, 4, 8, 4, 2, 0.5), RopeFactor = 1 + 0.1 * Math.Log(4) }),
        ["mistral, kv heads null"] =
            new($$"""
                {"model_type": "mistral", {{Sizes}}, "num_key_value_heads": null, "sliding_window": 3, "attention_bias": true, "tie_word_embeddings": null}
                """,
            Llama with { Sees = (_, t, j) => j <= t && j > t - 3 }),
        ["granite"] = new($$"""
            {"model_type": "granite", {{Sizes}}, "num_key_value_heads": 2, "attention_multiplier": 0.3, "embedding_multiplier": 3.0, "residual_multiplier": 0.4,
            "logits_scaling": 5.0, "tie_word_embeddings": true}
            """,
            Llama with { Head = null, KvHeads = 2, Scale = _ => 0.3, EmbeddingScale = 3, ResidualScale = 0.4, LogitScale = 0.2 }),
        ["smollm3, listed layers, windows"] =
            new($$"""{"model_type": "smollm3", {{Sizes}}, "no_rope_layers": [0, 1], "use_sliding_window": true, "sliding_window": 3}""",
            Llama with { Head = null, KvHeads = 4, Rotated = i => i == 1, Theta = _ => Plain(2e6, 4), Sees = (i, t, j) => j <= t && (i == 1 || j > t - 3) }),
        ["olmo2, biases"] = new($$"""{"model_type": "olmo2", {{Sizes}}, "num_key_value_heads": 4, "attention_bias": true, "hidden_act": "relu"}""",
            Llama with { Norms = ["post_attention_layernorm", "post_feedforward_layernorm"], Block = NaiveBlock.NormAfter, QkvBias = true, OutputBias = true,
                Epsilon = 1e-5, Activation = Relu, FullQueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"] }),
        ["gemma, gelu means gelu"] =
            new($$"""
                {"model_type": "gemma", {{Sizes}}, "num_key_value_heads": 1, "head_dim": 4, "hidden_act": "gelu", "hidden_activation": "relu",
                "attention_bias": true}
                """,
            Llama with { Head = null, KvHeads = 1, GainPlus = 1, EmbeddingScale = 4, QkvBias = true, OutputBias = true, Activation = GeluErf }),
        ["gemma3, both directions"] =
            new($$"""
                {"model_type": "gemma3_text", {{Sizes}}, "head_dim": 4, "sliding_window": 5, "sliding_window_pattern": 2, "use_bidirectional_attention": true,
                "query_pre_attn_scalar": 9, "rope_theta": 1000.0, "rope_local_base_freq": 50.0, "rope_scaling": {"rope_type": "linear", "factor": 4.0},
                "final_logit_softcapping": 3.0}
                """,
            Llama with
            {
                Head = null, GainPlus = 1, EmbeddingScale = 4, Activation = GeluTanh, Block = NaiveBlock.Sandwich,
                    QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"], Scale = _ => 1 / 3.0, LogitCap = 3,
                Norms = ["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"], Sees = (i, t, j) =>
                    i == 1 || Math.Abs(t - j) < 3,
                ThetaOfLayer = i => i == 0 ? Plain(50, 4) : [.. Plain(1000, 4).Select(f => f / 4)],
            }),
        ["phi, head norms"] = new($$"""{"model_type": "phi", {{Sizes}}, "qk_layernorm": true}""",
            Phi with { QueryKeyNorms = ["self_attn.q_layernorm", "self_attn.k_layernorm"], QueryKeyNormBias = true }),
        ["phi, tied"] = new($$"""{"model_type": "phi", {{Sizes}}, "num_key_value_heads": 2, "tie_word_embeddings": true, "partial_rotary_factor": 1.0}""",
            Phi with { Head = null, KvHeads = 2, Theta = _ => Plain(10000, 4) }),
        ["stablelm, side by side, head norms"] =
            new("""
                {"model_type": "stablelm", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                "intermediate_size": 24, "vocab_size": 20, "use_parallel_residual": true, "qk_layernorm": true, "use_qkv_bias": true}
                """,
            Llama with { Hidden = 32, HeadDim = 8, KvHeads = 2, Rms = false, NormBias = true, Epsilon = 1e-5, Norms = ["input_layernorm"],
                Block = NaiveBlock.OneNormSideBySide, QueryKeyNorms = ["self_attn.q_layernorm.norms", "self_attn.k_layernorm.norms"],
                QueryKeyGainPerHead = true, QkvBias = true, Theta = _ => Plain(10000, 2) }),
        ["cohere, head norms"] =
            new($$"""{"model_type": "cohere", {{Sizes}}, "num_key_value_heads": 2, "use_qk_norm": true, "logit_scale": 0.5, "rope_theta": 300.0}""",
            Llama with { Head = null, KvHeads = 2, Rms = false, Epsilon = 1e-5, Norms = ["input_layernorm"], Block = NaiveBlock.OneNormSideBySide,
                QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"], QueryKeyGainPerHead = true, Pairs = true, LogitScale = 0.5, Theta = _ =>
                Plain(300, 4) }),
        ["starcoder2, no biases"] = new($$"""{"model_type": "starcoder2", {{Sizes}}, "use_bias": false, "sliding_window": 4, "norm_epsilon": 1e-4}""",
            LayerNormed with { KvHeads = 2, Epsilon = 1e-4, Mlp = ["mlp.c_fc", "mlp.c_proj"], Activation = GeluTanh, Theta = _ =>
                Plain(10000, 4), Sees = (_, t, j) => j <= t && j > t - 4 }),
        ["gpt_neox, no attention biases"] =
            new($$"""{"model_type": "gpt_neox", {{Sizes}}, "rotary_pct": 0.5, "rotary_emb_base": 500, "attention_bias": false, "hidden_act": "gelu_fast"}""",
            LayerNormed with { Embedding = "gpt_neox.embed_in", Head = "embed_out", Layer = "gpt_neox.layers.", FinalNorm = "gpt_neox.final_layer_norm",
                Attention = ["attention.query_key_value", "attention.dense"], Mlp = ["mlp.dense_h_to_4h", "mlp.dense_4h_to_h"], Fused = NaiveFused.PerHead,
                Block = NaiveBlock.TwoNormsSideBySide, MlpBias = true, Activation = GeluTanh, Theta = _ => Plain(500, 2) }),
        ["bloom, residual after norm"] =
            new($$"""{"model_type": "bloom", {{OldSizes}}, "apply_residual_connection_post_layernorm": true}""",
            Bloom with { Block = NaiveBlock.ResidualAfterNorm }),
        ["bloom, slow but exact"] =
            new("""
                {"model_type": "bloom", "n_embed": 16, "n_layer": 2, "num_attention_heads": 4, "vocab_size": 20, "slow_but_exact": true, "pretraining_tp": 2}
                """, Bloom with { DropOutputBiases = true }),
        ["falcon, one after the other, ALiBi, biases"] =
            new($$"""{"model_type": "falcon", {{Sizes}}, "parallel_attn": false, "alibi": true, "bias": true, "multi_query": false, "ffn_hidden_size": null}""",
            Falcon with { Theta = null, Fused = NaiveFused.PerHead, Block = NaiveBlock.Pre, Norms = ["input_layernorm", "post_attention_layernorm"],
                QkvBias = true, OutputBias = true, MlpBias = true, Bias = (h, j) => RoundToBFloat16(RoundToBFloat16(AlibiSlopes(4)[h]) * j) / 2 }),
        ["falcon, new, one norm"] =
            new($$"""
                {"model_type": "falcon", {{Sizes}}, "new_decoder_architecture": true, "num_kv_heads": 2, "num_ln_in_parallel_attn": 1, "activation": "gelu_new",
                "ffn_hidden_size": 40}
                """,
            Falcon with { KvHeads = 2, Inner = 40, Activation = GeluTanh }),
        ["falcon, old, many queries"] =
            new($$"""{"model_type": "falcon", {{Sizes}}, "num_kv_heads": 2, "rope_theta": 77.0}""", Falcon with { KvHeads = 1, Theta = _ => Plain(77, 4) }),
        ["opt, plain norms"] =
            new($$"""
                {"model_type": "opt", {{Sizes}}, "ffn_dim": 24, "max_position_embeddings": 32, "layer_norm_elementwise_affine": false, "enable_bias": false}
                """,
            Opt with { NormGain = false, QkvBias = false, OutputBias = false, MlpBias = false }),
        ["opt, narrow embeddings, no final norm"] =
            new($$"""
                {"model_type": "opt", {{Sizes}}, "ffn_dim": 24, "max_position_embeddings": 32, "word_embed_proj_dim": 8, "_remove_final_layer_norm": true,
                "activation_function": "gelu"}
                """,
            Opt with { EmbeddingSize = 8, Projections = ["model.decoder.project_in", "model.decoder.project_out"], FinalNorm = null, Activation = GeluErf }),
        ["gpt2, scaled by layer"] =
            new($$"""{"model_type": "gpt2", {{OldSizes}}, "scale_attn_by_inverse_layer_idx": true, "n_inner": 20, "activation_function": "swish"}""",
            Gpt2 with { Scale = i => 0.5 / (i + 1), Inner = 20, Activation = Silu }),
        ["gpt2, unscaled"] = new($$"""{"model_type": "gpt2", {{OldSizes}}, "scale_attn_weights": false, "n_inner": null}""", Gpt2 with { Scale = _ => 1 }),
        ["mpt, clipped"] = new("""
            {"model_type": "mpt", "d_model": 16, "n_layers": 2, "n_heads": 4, "vocab_size": 20, "expansion_ratio": 2, "attn_config": {"clip_qkv": 0.7,
            "softmax_scale": 0.9, "alibi": false} }
            """,
            LayerNormed with { NormBias = false, Embedding = "transformer.wte", Layer = "transformer.blocks.", FinalNorm = "transformer.norm_f",
                Norms = ["norm_1", "norm_2"], Attention = ["attn.Wqkv", "attn.out_proj"], Fused = NaiveFused.Blocks, Mlp = ["ffn.up_proj", "ffn.down_proj"],
                Inner = 64, Activation = GeluErf, Clip = 0.7, Scale = _ => 0.9, Bias = (h, j) => AlibiSlopes(4)[h] * j }),
        ["qwen2_moe, dense layers, windows"] =
            new("""
                {"model_type": "qwen2_moe", "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
                "intermediate_size": 24, "vocab_size": 20, "num_experts": 5, "num_experts_per_tok": 2, "moe_intermediate_size": 12,
                "shared_expert_intermediate_size": 10, "decoder_sparse_step": 2, "mlp_only_layers": [3], "use_sliding_window": true, "sliding_window": 3,
                "max_window_layers": 3, "qkv_bias": false}
                """,
            Llama with { Layers = 4, KvHeads = 2, Experts = new NaiveExperts(5, 2, 12) { SharedInner = 10, Sparse = i => i == 1 }, Sees = (i, t, j) =>
                j <= t && (i % 2 == 1 || j > t - 3) }),
        ["qwen3_moe, windows everywhere"] =
            new($$"""
                {"model_type": "qwen3_moe", {{Sizes}}, "head_dim": 8, "num_local_experts": 4, "num_experts_per_tok": 3, "moe_intermediate_size": 12,
                "norm_topk_prob": true, "use_sliding_window": true, "sliding_window": 3, "layer_types": ["full_attention", "full_attention"]}
                """,
            Llama with { HeadDim = 8, Theta = _ =>
                Plain(10000, 8), QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"], Experts = new NaiveExperts(4, 3, 12) { Normalize = true },
                Sees = (_, t, j) => j <= t && j > t - 3 }),
        ["qwen3, layer types"] =
            new($$"""
                {"model_type": "qwen3", {{Sizes}}, "num_key_value_heads": 2, "head_dim": 4, "use_sliding_window": true, "sliding_window": 2,
                "layer_types": ["sliding_attention", "full_attention"]}
                """,
            Llama with { KvHeads = 2, QueryKeyNorms = ["self_attn.q_norm", "self_attn.k_norm"], Sees = (i, t, j) => j <= t && (i == 1 || j > t - 2) }),
        ["qwen2, flag off"] = new($$"""
            {"model_type": "qwen2", {{Sizes}}, "num_key_value_heads": 2, "sliding_window": 2, "max_window_layers": 0, "use_sliding_window": false}
            """, Llama with { KvHeads = 2, QkvBias = true }),
    };

    /// <summary>base^(-2j/m)</summary>
    internal static double[] Plain(double theta, int m) => [.. Enumerable.Range(0, m / 2).Select(j => Math.Pow(theta, -2.0 * j / m))];

    internal static double[] Yarn(double theta, int m, double original, double factor, double fast, double slow, bool truncate = false)
    {
        double At(double turns) => m * Math.Log(original / (2 * Math.PI * turns)) / (2 * Math.Log(theta));
        double low = Math.Max(truncate ? Math.Floor(At(fast)) : At(fast), 0), high = Math.Min(truncate ? Math.Ceiling(At(slow)) : At(slow), m - 1);
        return [.. Plain(theta, m).Select((t, j) =>
        {
            double r = Math.Clamp((j - low) / (low == high ? 0.001 : high - low), 0, 1);
            return (1 - r) * t + r * t / factor;
        })];
    }
}
