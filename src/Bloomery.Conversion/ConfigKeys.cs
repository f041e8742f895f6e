using System.Text.Json.Nodes;
using Bloomery.Formats.Gguf;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Models.Positions;

namespace Bloomery.Conversion;

/// <summary>A GGUF model's configuration as the reference library writes it: the reverse of <see cref="GgufKeys"/>.</summary>
internal sealed class ConfigKeys
{
    private readonly JsonObject _json = [];
    private readonly Architecture _model;
    private readonly ModelConfig _old;
    private readonly CanonicalWeights _weights;
    private readonly GgufFamily _family;

    private ConfigKeys(Architecture model, CanonicalWeights weights)
    {
        (_model, _old, _weights) = (model, model.Config, weights);
        _family = Family();
    }

    /// <summary>The keys of <c>config.json</c>.</summary>
    /// <exception cref="ModelFormatException">The reference library has no such family.</exception>
    public static JsonObject Make(Architecture model, CanonicalWeights weights, GgufMetadata meta)
    {
        ConfigKeys keys = new(model, weights);
        if (keys._family.ModelType == "t5") keys.T5();
        else keys.Sizes();
        if (keys._family.Rotated > 0) keys.Rope();
        keys.Options();
        if (keys.InLayers("ffn_gate_inp.weight") > 0) keys.Experts();
        keys._json["tie_word_embeddings"] = !weights.Contains("output.weight");
        foreach ((string role, string key) in ((string, string)[])[("bos", "bos_token_id"), ("eos", "eos_token_id"), ("padding", "pad_token_id")])
            if (meta.TryGet($"tokenizer.ggml.{role}_token_id", out long id) && id >= 0 && id < model.VocabularySize) keys._json[key] = id;
        return keys._json;
    }

    private GgufFamily Family()
    {
        string type = _old.ModelType switch
        {
            "llama" when InLayers("ffn_gate_inp.weight") > 0 => "mixtral",
            "deepseek2" => _old.IntOr(1, "gguf.expert_gating_func") == 2 ? "deepseek_v3" : "deepseek_v2",
            string gguf => GgufFamily.All.FirstOrDefault(f => f.Gguf == gguf)?.ModelType
                ?? throw _old.Error("general.architecture", $"is '{gguf}', for which there is no safetensors form"),
        };
        return GgufFamily.All.First(f => f.ModelType == type);
    }

    private int InLayers(string name) => _weights.RowsInLayers(name, _model.LayerCount);

    private bool InFirst(string name) => _weights.Contains($"blk.0.{name}");

    private void Sizes()
    {
        string type = _family.ModelType;
        bool old = type is "gpt2" or "gpt_bigcode"; // the oldest names
        int heads = _old.Size("num_attention_heads");
        int queries = InLayers("attn_q.weight"), headDim = queries > 0 ? queries / heads : 0, kv = headDim > 0 ? InLayers("attn_k.weight") / headDim : heads;
        _json["architectures"] = new JsonArray(_family.ClassName);
        _json["model_type"] = type;
        _json["vocab_size"] = _model.VocabularySize;
        _json[type switch { "mpt" => "d_model", _ when old => "n_embd", _ => "hidden_size" }] = _model.HiddenSize;
        _json[type switch { "mpt" => "n_layers", "bloom" => "n_layer", _ when old => "n_layer", _ => "num_hidden_layers" }] = _model.LayerCount;
        _json[type switch { "mpt" => "n_heads", "bloom" => "n_head", _ when old => "n_head", _ => "num_attention_heads" }] = heads;
        _json[type switch { "mpt" => "max_seq_len", "bloom" => "seq_length", _ when old => "n_positions", _ => "max_position_embeddings" }] =
            _model.ContextLength;
        _json[_family.EpsilonKey] = Shortest(_old.FloatOr((float)_family.Epsilon, _family.EpsilonKey));
        int inner = InLayers("ffn_up.weight") is > 0 and int rows ? rows : _old.IntOr(_model.HiddenSize, "intermediate_size");
        if (type is not ("bloom" or "mpt")) _json[type switch { "falcon" => "ffn_hidden_size", _ when old => "n_inner", _ => "intermediate_size" }] = inner;
        if (type is "deepseek_v2" or "deepseek_v3") _json["num_key_value_heads"] = heads;
        else if (type is not ("bloom" or "mpt" or "gpt2" or "gpt_bigcode" or "bert" or "falcon" or "gpt_neox")) _json["num_key_value_heads"] = kv;
        if (headDim > 0 && type is not ("bloom" or "mpt" or "gpt2" or "gpt_bigcode" or "bert" or "falcon" or "gpt_neox" or "stablelm" or "phi3"))
            _json["head_dim"] = headDim;
        if (type == "falcon") _json["num_kv_heads"] = kv;
        if (_family.ModelType is "llama" or "mixtral" or "granite" or "smollm3" or "qwen3" or "qwen3_moe" or "gemma" or "gemma2" or "gemma3_text" or "olmo2"
            or "cohere" or "nemotron")
            _json["attention_bias"] = InFirst("attn_q.bias");
        if (_family.ModelType is "llama" or "granite" or "smollm3" or "nemotron") _json["mlp_bias"] = InFirst("ffn_up.bias");
    }

    private void Rope()
    {
        RopeScaling scaling = RopeConfig.Read(_old, _family.Theta);
        JsonObject rope = new() { ["rope_theta"] = scaling.Theta, ["rope_type"] = scaling.Type };
        int headDim = InLayers("attn_q.weight") is > 0 and int queries ? queries / _old.Size("num_attention_heads") : 0;
        if (_old.IntOrNull("gguf.rope.dimension_count") is { } rotated && headDim > 0 && (_family.Rotated != 1 || _family.ModelType == "phi3"))
            rope["partial_rotary_factor"] = Fraction(rotated, headDim);
        switch (scaling.Type)
        {
            case "linear":
                rope["factor"] = scaling.EffectiveFactor;
                break;
            case "yarn":
                rope["factor"] = scaling.EffectiveFactor;
                rope["original_max_position_embeddings"] = scaling.OriginalLength;
                rope["beta_fast"] = scaling.BetaFast;
                rope["beta_slow"] = scaling.BetaSlow;
                YarnFactors(rope, scaling);
                break;
            case "longrope":
                rope["short_factor"] = new JsonArray([.. scaling.ShortFactor!.Select(f => (JsonNode)Shortest(f))]);
                rope["long_factor"] = new JsonArray([.. scaling.LongFactor!.Select(f => (JsonNode)Shortest(f))]);
                if (scaling.AttentionFactor is { } factor) rope["attention_factor"] = Shortest((float)factor);
                _json["original_max_position_embeddings"] = scaling.OriginalLength;
                break;
        }
        if (scaling.Divisors is { } divisors) Llama3(rope, scaling, divisors);
        if (_family.ModelType == "gemma3_text")
        {
            JsonObject sliding = new() { ["rope_theta"] = _old.DoubleOrNull("gguf.rope.freq_base_swa") ?? 1e4, ["rope_type"] = "default" };
            rope = new JsonObject { ["full_attention"] = rope, ["sliding_attention"] = sliding };
        }
        if (_family.ModelType == "phi3" && !_json.ContainsKey("original_max_position_embeddings"))
            _json["original_max_position_embeddings"] = _old.IntOr(_model.ContextLength, "gguf.rope.scaling.original_context_length");
        _json["rope_parameters"] = rope;
    }

    /// <summary>A logarithm cancels yarn's own factor of cosine and sine and scales the scores, beside what is stated: see <see cref="GgufKeys"/>.</summary>
    private void YarnFactors(JsonObject rope, RopeScaling scaling)
    {
        if (scaling.AttentionFactor is { } turned) rope["attention_factor"] = Shortest((float)turned);
        if (Number("gguf.rope.scaling.yarn_log_multiplier") is not { } log || log == 0) return;
        double all = 10 * log, own = RopeScaling.YarnScale(scaling.EffectiveFactor) - 1;
        if (scaling.AttentionFactor is { } stated && own > 0) all = (stated * RopeScaling.YarnScale(scaling.EffectiveFactor, all) - 1) / own;
        else rope["mscale"] = Shortest((float)all);
        if (Math.Abs(all) > 1e-5) rope["mscale_all_dim"] = Shortest((float)all);
    }

    /// <summary>
    /// GGUF holds only the divisors of the frequencies. The largest is the factor; published models share the other parameters, but for the original length.
    /// </summary>
    private void Llama3(JsonObject rope, RopeScaling scaling, float[] divisors)
    {
        int dimensions = 2 * divisors.Length;
        double factor = Math.Round(divisors.Max(), 3);
        float[] plain = new Rotary(dimensions, scaling with { Type = "default", Divisors = null }).Frequencies(1);
        foreach (int original in (int[])[8192, _model.ContextLength, .. Enumerable.Range(1, 512).Select(i => i * 16)])
        {
            RopeScaling guess = scaling with { Type = "llama3", Divisors = null, Factor = factor, OriginalLength = original };
            float[] scaled = new Rotary(dimensions, guess).Frequencies(1);
            if (plain.Select((f, j) => Math.Abs(f / scaled[j] / divisors[j] - 1)).Max() > 1e-5) continue;
            rope["rope_type"] = "llama3";
            rope["factor"] = factor;
            rope["low_freq_factor"] = 1.0;
            rope["high_freq_factor"] = 4.0;
            rope["original_max_position_embeddings"] = original;
            return;
        }
        throw _old.Error("rope_freqs.weight", "holds divisors that no parameters of the llama3 scaling give");
    }

    private void Options()
    {
        switch (_family.ModelType)
        {
            case "granite":
                _json["attention_multiplier"] = Number("attention_multiplier");
                _json["embedding_multiplier"] = Number("embedding_multiplier");
                _json["residual_multiplier"] = Number("residual_multiplier");
                _json["logits_scaling"] = Number("logits_scaling");
                break;
            case "cohere":
                _json["logit_scale"] = Number("logit_scale");
                _json["use_qk_norm"] = InFirst("attn_q_norm.weight");
                break;
            case "gemma2" or "gemma3_text":
                Gemma();
                break;
            case "starcoder2":
                _json["use_bias"] = InFirst("attn_q.bias");
                _json["sliding_window"] = Number("gguf.attention.sliding_window") is { } window ? (int)window : null;
                break;
            case "gpt_neox":
                _json["use_parallel_residual"] = _old.BoolOr(true, "use_parallel_residual");
                _json["attention_bias"] = InFirst("attn_q.bias");
                break;
            case "stablelm":
                _json["use_qkv_bias"] = InFirst("attn_q.bias");
                _json["qk_layernorm"] = InFirst("attn_q_norm.weight");
                _json["use_parallel_residual"] = !InFirst("ffn_norm.weight");
                break;
            case "falcon":
                bool many = _json["num_kv_heads"]!.GetValue<int>() > 1, two = InFirst("attn_norm_2.weight");
                _json["new_decoder_architecture"] = many;
                _json["multi_query"] = true;
                _json["parallel_attn"] = true;
                _json["alibi"] = false;
                _json["bias"] = InFirst("attn_q.bias");
                if (many) _json["num_ln_in_parallel_attn"] = two ? 2 : 1;
                break;
            case "mpt":
                _json["attn_config"] = new JsonObject { ["alibi"] = true,
                    ["clip_qkv"] = Number("gguf.attention.clamp_kqv") is > 0 and double clip ? clip : null };
                break;
            case "smollm3":
                _json["no_rope_layer_interval"] = 4;
                break;
            case "qwen2_moe":
                _json["qkv_bias"] = InFirst("attn_q.bias");
                break;
            case "mixtral":
                _json["sliding_window"] = null;
                break;
            case "gpt_bigcode":
                _json["multi_query"] = InLayers("attn_k.weight") < InLayers("attn_q.weight");
                break;
            case "bert":
                _json["type_vocab_size"] = Math.Max(1, _weights.RowsOf("token_types.weight"));
                _json["is_decoder"] = _old.BoolOr(false, "is_decoder");
                break;
            case "deepseek_v2" or "deepseek_v3":
                DeepSeek();
                break;
        }
    }

    private void Gemma()
    {
        bool three = _family.ModelType == "gemma3_text";
        int heads = _old.Size("num_attention_heads");
        // The 27B models scale by hidden / heads, which GGUF files imply by their size.
        bool large = _model.LayerCount == (three ? 62 : 46);
        _json["query_pre_attn_scalar"] = large ? _model.HiddenSize / heads : InLayers("attn_q.weight") / heads;
        _json["sliding_window"] = Number("sliding_window") is { } window ? (int)window : null;
        if (!three) _json["attn_logit_softcapping"] = Number("attn_logit_softcapping") ?? 50;
        _json["final_logit_softcapping"] = Number("final_logit_softcapping") ?? (three ? null : 30);
        _json["layer_types"] = _old.Json["layer_types"]!.DeepClone();
    }

    private void T5()
    {
        int heads = _old.Size("num_attention_heads");
        bool gated = _weights.Contains("enc.blk.0.ffn_gate.weight"), tied = !_weights.Contains("output.weight");
        JsonObject json = new()
        {
            ["architectures"] = new JsonArray(_family.ClassName), ["model_type"] = "t5", ["is_encoder_decoder"] = true, ["vocab_size"] = _model.VocabularySize,
            ["d_model"] = _model.HiddenSize,
            ["d_kv"] = InLayers("attn_q.weight") / heads, ["d_ff"] = InLayers("ffn_up.weight"), ["num_heads"] = heads,
            ["num_layers"] = ((EncoderDecoderArchitecture)_model).EncoderLayerCount,
            ["num_decoder_layers"] = _model.LayerCount, ["n_positions"] = _model.ContextLength,
            ["relative_attention_num_buckets"] = _weights.RowsOf("enc.relative_bias.weight"),
            ["relative_attention_max_distance"] = 128, ["layer_norm_epsilon"] = Shortest(_old.FloatOr(1e-6f, "layer_norm_epsilon")),
            ["feed_forward_proj"] = gated ? "gated-gelu" : "relu",
            ["scale_decoder_outputs"] = tied, ["decoder_start_token_id"] = _old.IntOr(0, "decoder_start_token_id"),
        };
        foreach ((string key, JsonNode? value) in json) _json[key] = value?.DeepClone();
    }

    private void DeepSeek()
    {
        int heads = _old.Size("num_attention_heads"), rope = InLayers("attn_kv_rope.weight");
        _json["kv_lora_rank"] = InLayers("attn_kv_latent.weight");
        _json["q_lora_rank"] = InLayers("attn_q_a.weight") is > 0 and int rank ? rank : null;
        _json["qk_rope_head_dim"] = rope;
        _json["head_dim"] = rope;
        _json["qk_nope_head_dim"] = InLayers("attn_q_nope.weight") / heads;
        _json["v_head_dim"] = InLayers("attn_v_b.weight");
        _json["attention_bias"] = InFirst("attn_q_a.bias") || InFirst("attn_kv_latent.bias");
        _json["first_k_dense_replace"] = Enumerable.Range(0, _model.LayerCount).TakeWhile(i => !_weights.Contains($"blk.{i}.ffn_gate_inp.weight")).Count();
        bool three = _family.ModelType == "deepseek_v3";
        if (three) _json["norm_topk_prob"] = _old.BoolOr(false, "norm_topk_prob");
        _json["routed_scaling_factor"] = Number("routed_scaling_factor");
        int inner = InLayers("ffn_up_exps.weight");
        _json["n_shared_experts"] = inner == 0 ? 0 : InLayers("ffn_up_shexp.weight") / inner;
        if (!three) _json["topk_method"] = _old.IntOr(1, "n_group") > 1 ? "group_limited_greedy" : "greedy";
        if (_old.IntOrNull("n_group") is { } groups) _json["n_group"] = groups;
        if (_old.IntOrNull("topk_group") is { } used) _json["topk_group"] = used;
    }

    private void Experts()
    {
        int experts = InLayers("ffn_gate_inp.weight"), inner = InLayers("ffn_up_exps.weight");
        _json[_family.ModelType switch { "mixtral" => "num_local_experts", "deepseek_v2" or "deepseek_v3" => "n_routed_experts", _ => "num_experts" }] =
            experts;
        _json["num_experts_per_tok"] = _old.IntOr(2, "num_experts_per_tok");
        if (_family.ModelType == "mixtral") _json["intermediate_size"] = inner;
        else _json["moe_intermediate_size"] = inner;
        if (_family.ModelType == "qwen2_moe") _json["shared_expert_intermediate_size"] = InLayers("ffn_up_shexp.weight");
        if (_family.ModelType is "qwen2_moe" or "qwen3_moe") _json["norm_topk_prob"] = _family.ModelType == "qwen3_moe";
    }

    private double? Number(string key) => _old.DoubleOrNull(key) is { } value ? Shortest((float)value) : null;

    /// <summary>The shortest decimal number that rounds to the float: 1e-05, not 9.99999974e-06.</summary>
    private static double Shortest(float value) =>
        double.Parse(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A fraction that gives <paramref name="part"/> when multiplied and truncated.</summary>
    private static double Fraction(int part, int whole)
    {
        double fraction = (double)part / whole;
        return (int)(fraction * whole) == part ? fraction : (part + 0.5) / whole;
    }
}
