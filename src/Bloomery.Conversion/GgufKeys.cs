using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Models.Positions;

namespace Bloomery.Conversion;

/// <summary>A model's keys as GGUF has them. Sizes come from the weights, the rest from the configuration: the reverse of <see cref="GgufConfig"/>.</summary>
internal sealed class GgufKeys
{
    private const double Negligible = 1e-6;
    private readonly OrderedDictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly GgufFamily _family;
    private readonly ModelConfig _config;
    private readonly Architecture _model;
    private readonly CanonicalWeights _weights;

    private GgufKeys(GgufFamily family, Architecture model, CanonicalWeights weights)
    {
        (_family, _config, _model, _weights) = (family, model.Config, model, weights);
        ContextLength = model.ContextLength;
        Heads = _config.Size("num_attention_heads", "n_head", "n_heads", "num_heads");
        HeadDim = InLayers("attn_q.weight") is > 0 and int queries ? queries / Heads : 0;
    }

    /// <summary>GGUF's name of the family.</summary>
    public string Architecture => _family.Gguf;

    /// <summary>Tokens of context.</summary>
    public int ContextLength { get; set; }

    /// <summary>Query heads.</summary>
    public int Heads { get; }

    /// <summary>Elements of a head.</summary>
    public int HeadDim { get; }

    /// <summary>Divisors of rotary frequencies, which GGUF stores as tensors.</summary>
    public List<(string Name, float[] Values)> RopeTensors { get; } = [];

    /// <summary>The names of the family's keys.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>What mixtures of types ask for.</summary>
    public ModelShape Shape => new(Architecture, _model.LayerCount, KvHeads is > 0 and int kv ? Heads / kv : 1, Experts);

    private int KvHeads => HeadDim == 0 ? 1 : InLayers("attn_k.weight") / HeadDim;

    private int Experts => InLayers("ffn_gate_inp.weight");

    /// <summary>Reads a model's keys.</summary>
    /// <exception cref="ModelFormatException">GGUF has no such family, or no key for something that matters.</exception>
    public static GgufKeys Make(Architecture model, CanonicalWeights weights)
    {
        string type = model.Config.ModelType;
        GgufFamily family = GgufFamily.All.FirstOrDefault(f => f.ModelType == type)
            ?? throw model.Config.Error("model_type",
                $"is '{type}', for which GGUF has no form; it has one for {string.Join(", ", GgufFamily.All.Select(f => f.ModelType))}");
        GgufKeys keys = new(family, model, weights);
        keys.Sizes();
        if (family.Rotated > 0 && !model.Config.BoolOr(false, "alibi")) keys.Rope();
        keys.Options();
        if (keys.Experts > 0) keys.ExpertKeys();
        return keys;
    }

    /// <summary>What an architecture will read from the new file.</summary>
    public ModelConfig Config()
    {
        GgufWriter writer = new();
        WriteTo(writer, "", 0);
        foreach ((string name, float[] values) in RopeTensors)
            writer.Add(name, Numerics.Quantization.BlockFormat.F32, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())
                .ToArray());
        using MemoryStream stream = new();
        writer.Write(stream);
        using GgufFile file = GgufFile.Open(stream.ToArray(), _config.File);
        return GgufConfig.Read(file, _weights.Contains);
    }

    /// <summary>Sets the keys of a file.</summary>
    public void WriteTo(GgufWriter writer, string name, int fileType)
    {
        writer.Set("general.architecture", Architecture).Set("general.type", "model").Set("general.name", name);
        _values[$"{Architecture}.context_length"] = (uint)ContextLength;
        foreach ((string key, object value) in _values)
        {
            switch (value)
            {
                case uint number: writer.Set(key, number); break;
                case float number: writer.Set(key, number); break;
                case bool flag: writer.Set(key, flag); break;
                case bool[] flags: writer.Set(key, flags); break;
                default: writer.Set(key, (string)value); break;
            }
        }
        writer.Set("general.file_type", (uint)fileType).Set("general.quantization_version", ModelConverter.QuantizationVersion);
    }

    private int InLayers(string name) => _weights.RowsInLayers(name, _model.LayerCount);

    private void Set(string key, int value) => _values[$"{Architecture}.{key}"] = checked((uint)value);

    private void Set(string key, double value) => _values[$"{Architecture}.{key}"] = (float)value;

    private void Set(string key, bool value) => _values[$"{Architecture}.{key}"] = value;

    private void Set(string key, string value) => _values[$"{Architecture}.{key}"] = value;

    private void Sizes()
    {
        Set("vocab_size", _model.VocabularySize);
        Set("context_length", ContextLength);
        Set("embedding_length", _model.HiddenSize);
        Set("block_count", _model.LayerCount);
        int inner = InLayers("ffn_up.weight");
        Set("feed_forward_length", inner > 0 ? inner : _config.IntOrNull("intermediate_size") ?? InLayers("ffn_up_exps.weight"));
        Set("attention.head_count", Heads);
        Set("attention.head_count_kv", KvHeads);
        double epsilon = _config.DoubleOrNull(_family.EpsilonKey) ?? (_family.ModelType == "mixtral" ? 1e-5 : _family.Epsilon);
        Set(_family.IsRms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon", epsilon);
        if (HeadDim == 0 || (_family.Rotated == 0 && Architecture != "t5")) return;
        Set("attention.key_length", HeadDim);
        Set("attention.value_length", InLayers("attn_v.weight") / KvHeads);
    }

    private void Rope()
    {
        int dimensions = _family.Gguf == "deepseek2" ? _config.IntOr(64, "qk_rope_head_dim")
            : (int)(HeadDim * (_family.Rotated == 1 && _family.ModelType != "phi3" ? 1 : RopeConfig.PartialFactor(_config, _family.Rotated)));
        RopeScaling scaling = RopeConfig.Read(_config, _family.Theta, _family.ModelType == "phi3" ? 4096 : null,
            _family.ModelType == "gemma3_text" ? "full_attention" : null);
        Set("rope.dimension_count", dimensions);
        Set("rope.freq_base", scaling.Theta);
        switch (scaling.Type)
        {
            case "linear":
                Set("rope.scaling.type", "linear");
                Set("rope.scaling.factor", scaling.EffectiveFactor);
                break;
            case "yarn":
                Set("rope.scaling.type", "yarn");
                Set("rope.scaling.factor", scaling.EffectiveFactor);
                Set("rope.scaling.original_context_length", scaling.OriginalLength);
                if (scaling.BetaFast != 32) Set("rope.scaling.yarn_beta_fast", scaling.BetaFast);
                if (scaling.BetaSlow != 1) Set("rope.scaling.yarn_beta_slow", scaling.BetaSlow);
                YarnFactors(scaling, new Rotary(dimensions, scaling).AttentionFactor);
                break;
            case "longrope":
                Set("rope.scaling.type", "longrope");
                Set("rope.scaling.original_context_length", scaling.OriginalLength);
                Set("rope.scaling.attn_factor", new Rotary(dimensions, scaling).AttentionFactor);
                RopeTensors.Add(("rope_factors_long.weight", scaling.LongFactor!));
                RopeTensors.Add(("rope_factors_short.weight", scaling.ShortFactor!));
                break;
            case "llama3":
                float[] plain = new Rotary(dimensions, scaling with { Type = "default" }).Frequencies(1),
                    scaled = new Rotary(dimensions, scaling).Frequencies(1);
                RopeTensors.Add(("rope_freqs.weight", [.. plain.Select((f, j) => f / scaled[j])]));
                break;
        }
        if (_family.ModelType == "phi3" && scaling.Type == "default") Set("rope.scaling.original_context_length", scaling.OriginalLength);
    }

    /// <summary>
    /// Yarn's own factor of cosine and sine is implied; with latent attention a logarithm cancels it and scales the scores, beside what is stated.
    /// </summary>
    private void YarnFactors(RopeScaling scaling, double turned)
    {
        double own = RopeScaling.YarnScale(scaling.EffectiveFactor), log = 0;
        if (_family.Gguf == "deepseek2" && own > 1)
        {
            double scores = scaling.MScaleAllDim is { } all && all != 0 ? RopeScaling.YarnScale(scaling.EffectiveFactor, all) : 1;
            log = (scores / turned - 1) / (own - 1);
        }
        bool cancels = Math.Abs(log) > Negligible;
        if (cancels) Set("rope.scaling.yarn_log_multiplier", 0.1 * log);
        double beyond = cancels ? turned : turned / own;
        if (Math.Abs(beyond - 1) > Negligible) Set("rope.scaling.attn_factor", beyond);
    }

    private void Options()
    {
        switch (_family.Gguf)
        {
            case "granite":
                Set("attention.scale", _config.DoubleOrNull("attention_multiplier") ?? 1);
                Set("embedding_scale", _config.DoubleOrNull("embedding_multiplier") ?? 1);
                Set("residual_scale", _config.DoubleOrNull("residual_multiplier") ?? 1);
                Set("logit_scale", _config.DoubleOrNull("logits_scaling") ?? 1);
                break;
            case "command-r":
                Set("logit_scale", _config.DoubleOrNull("logit_scale") ?? 0.0625);
                break;
            case "gemma2":
                if (_config.NullableOr(50, "attn_logit_softcapping") is { } cap) Set("attn_logit_softcapping", cap);
                if (_config.NullableOr(30, "final_logit_softcapping") is { } finalCap) Set("final_logit_softcapping", finalCap);
                if (_config.NullableOr(4096, "sliding_window") is { } window) Set("attention.sliding_window", (int)window);
                Pattern(2, 2);
                break;
            case "gemma3":
                Gemma3();
                break;
            case "starcoder2":
                // Nobody reads it there, but the way back needs it.
                if (_config.IntOrNull("sliding_window") is { } width) Set("attention.sliding_window", width);
                break;
            case "gptneox":
                Set("use_parallel_residual", _config.BoolOr(true, "use_parallel_residual"));
                break;
            case "falcon":
                Set("tensor_data_layout", "jploski");
                break;
            case "mpt":
                Set("attention.max_alibi_bias", 8.0);
                if (_config.Section("attn_config")?.DoubleOrNull("clip_qkv") is { } clip) Set("attention.clamp_kqv", clip);
                break;
            case "bert":
                Set("attention.causal", _config.BoolOr(false, "is_decoder"));
                if (Pooling() is { } pooling) Set("pooling_type", pooling);
                _values["tokenizer.ggml.token_type_count"] = checked((uint)_weights.RowsOf("token_types.weight"));
                if (_family.ModelType != "bert") ContextLength = _config.SizeOr(512, "max_position_embeddings") - _config.IntOr(1, "pad_token_id") - 1;
                break;
            case "t5":
                T5();
                break;
            case "deepseek2":
                DeepSeek();
                break;
        }
    }

    private void Gemma3()
    {
        bool slides = _config.StringsOrNull("layer_types") is not { } types || types.Contains("sliding_attention");
        if (slides && _config.NullableOr(4096, "sliding_window") is { } window) Set("attention.sliding_window", (int)window);
        if (_config.NullableOr(null, "final_logit_softcapping") is { } cap) Set("final_logit_softcapping", cap);
        double local = _config.Section("rope_parameters")?.Section("sliding_attention")?.DoubleOrNull("rope_theta")
            ?? _config.DoubleOrNull("rope_local_base_freq") ?? 1e4;
        if (local != 1e4) Set("rope.freq_base_swa", local);
        if (slides) Pattern(_config.IntOr(6, "sliding_window_pattern"), 6);
    }

    /// <summary>Which layers have a window: the length of a run that ends in one without, or a truth value a layer.</summary>
    private void Pattern(int period, int usual)
    {
        if (_config.StringsOrNull("layer_types") is { } types)
        {
            bool[] sliding = [.. types.Take(_model.LayerCount).Select(t => t == "sliding_attention")];
            period = Array.IndexOf(sliding, false) + 1; // 0: all have one
            if (sliding.Where((s, i) => s != (period == 0 || (i + 1) % period != 0)).Any())
            {
                _values[$"{Architecture}.attention.sliding_window_pattern"] = sliding;
                return;
            }
        }
        if (period != usual) Set("attention.sliding_window_pattern", period);
    }

    private void T5()
    {
        int encoder = ((EncoderDecoderArchitecture)_model).EncoderLayerCount;
        Set("block_count", encoder);
        Set("decoder_block_count", _model.LayerCount);
        Set("attention.layer_norm_epsilon", _config.DoubleOrNull("layer_norm_epsilon") ?? 1e-6);
        Set("attention.relative_buckets_count", _weights.RowsOf("enc.relative_bias.weight"));
        if (_config.IntOrNull("decoder_start_token_id") is { } start) Set("decoder_start_token_id", start);
        // GGUF scales the decoder's output exactly where the head is the embedding.
        bool tied = _config.BoolOr(true, "tie_word_embeddings"), scales = _config.Has("scale_decoder_outputs")
            ? _config.BoolOr(tied, "scale_decoder_outputs") : tied;
        if (scales == _weights.Contains("output.weight"))
            throw _config.Error("scale_decoder_outputs",
                $"is {scales}, which GGUF files can say only by whether the head is tied, and here it is{(scales ? " not" : "")}");
    }

    private void DeepSeek()
    {
        int latent = InLayers("attn_kv_latent.weight"), rope = InLayers("attn_kv_rope.weight"), nope = InLayers("attn_q_nope.weight") / Heads;
        Set("attention.head_count_kv", 1);
        Set("attention.kv_lora_rank", latent);
        Set("attention.q_lora_rank", InLayers("attn_q_a.weight")); // 0: none, which llama.cpp wants to be told
        Set("attention.key_length", latent + rope);
        Set("attention.value_length", latent);
        Set("attention.key_length_mla", nope + rope);
        Set("attention.value_length_mla", InLayers("attn_v_b.weight"));
        int dense = Enumerable.Range(0, _model.LayerCount).TakeWhile(i => !_weights.Contains($"blk.{i}.ffn_gate_inp.weight")).Count();
        Set("leading_dense_block_count", dense);
        bool three = _family.ModelType == "deepseek_v3";
        Set("expert_gating_func", three ? 2 : 1);
        Set("expert_weights_norm", three && _config.BoolOr(true, "norm_topk_prob"));
        Set("expert_weights_scale", _config.DoubleOrNull("routed_scaling_factor") ?? (three ? 2.5 : 1));
        int inner = InLayers("ffn_up_exps.weight");
        if (Experts == 0) Set("expert_feed_forward_length", 0); // llama.cpp wants to be told
        Set("expert_shared_count", inner == 0 ? 0 : InLayers("ffn_up_shexp.weight") / inner);
        if (!three && _config.StringOr("greedy", "topk_method") == "greedy") return;
        Set("expert_group_count", _config.IntOr(three ? 8 : 1, "n_group"));
        Set("expert_group_used_count", _config.IntOr(three ? 4 : 1, "topk_group"));
    }

    private void ExpertKeys()
    {
        Set("expert_count", Experts);
        Set("expert_used_count", _config.IntOr(Architecture == "deepseek2" ? 8 : 2, "num_experts_per_tok"));
        if (Architecture == "llama") return;
        Set("expert_feed_forward_length", InLayers("ffn_up_exps.weight"));
        if (Architecture == "qwen2moe") Set("expert_shared_feed_forward_length", InLayers("ffn_up_shexp.weight"));
    }

    /// <summary>What sentence-transformers' configuration beside the model says: 1 mean, 2 first token, 3 last token.</summary>
    private int? Pooling() => SentenceModuleFiles.Read(Path.GetDirectoryName(Path.GetFullPath(_config.File))!);
}
