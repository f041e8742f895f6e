using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Models.Positions;

namespace Bloomery.Models.Config;

/// <summary>
/// Translates a GGUF file's keys into those of <c>config.json</c>, as far as they mean the same in all families; <see cref="GgufDialect"/> does the rest.
/// All keys stay available under <c>gguf.KEY</c>.
/// </summary>
internal static class GgufConfig
{
    // GGUF key (without the architecture) -> config.json key
    private static readonly (string Gguf, string Config)[] Numbers =
    [
        ("vocab_size", "vocab_size"), ("context_length", "max_position_embeddings"), ("embedding_length", "hidden_size"), ("block_count", "num_hidden_layers"),
        ("feed_forward_length", "intermediate_size"), ("attention.head_count", "num_attention_heads"), ("attention.head_count_kv", "num_key_value_heads"),
        ("attention.key_length", "head_dim"), ("attention.layer_norm_rms_epsilon", "rms_norm_eps"), ("attention.layer_norm_epsilon", "layer_norm_epsilon"),
        ("attention.layer_norm_epsilon", "layer_norm_eps"), ("attention.layer_norm_epsilon", "norm_epsilon"), ("attention.layer_norm_epsilon", "norm_eps"),
        ("attention.sliding_window", "sliding_window"), ("rope.freq_base", "rope_theta"), ("attn_logit_softcapping", "attn_logit_softcapping"),
        ("final_logit_softcapping", "final_logit_softcapping"), ("expert_count", "num_experts"), ("expert_count", "num_local_experts"),
        ("expert_count", "n_routed_experts"),
        ("expert_used_count", "num_experts_per_tok"), ("expert_feed_forward_length", "moe_intermediate_size"),
        ("expert_shared_feed_forward_length", "shared_expert_intermediate_size"),
        ("expert_shared_count", "n_shared_experts"), ("leading_dense_block_count", "first_k_dense_replace"), ("expert_weights_scale", "routed_scaling_factor"),
        ("expert_group_count", "n_group"), ("expert_group_used_count", "topk_group"),
        ("attention.q_lora_rank", "q_lora_rank"), ("attention.kv_lora_rank", "kv_lora_rank"),
        ("decoder_block_count", "num_decoder_layers"), ("attention.relative_buckets_count", "relative_attention_num_buckets"),
        ("decoder_start_token_id", "decoder_start_token_id"),
        ("embedding_scale", "embedding_multiplier"), ("residual_scale", "residual_multiplier"), ("attention.scale", "attention_multiplier"),
    ];

    /// <summary>Reads the keys of <paramref name="file"/>.</summary>
    /// <exception cref="ModelFormatException">A key is missing or has a value that cannot be.</exception>
    /// <param name="file">The open file.</param>
    /// <param name="hasTensor">Whether there is a tensor of that name, where the file at hand has keys alone; null: it has all.</param>
    public static ModelConfig Read(GgufFile file, Func<string, bool>? hasTensor = null)
    {
        GgufMetadata meta = file.Metadata;
        string arch = meta.Get<string>("general.architecture");
        JsonObject json = new() { ["model_type"] = arch };
        foreach ((string gguf, string config) in Numbers)
            if (Number(meta, $"{arch}.{gguf}") is { } node) (json[config], json["gguf." + gguf]) = (node, node.DeepClone());
        foreach (string key in meta.Keys)
            if (key.StartsWith(arch + ".", StringComparison.Ordinal) && Scalar(meta, key) is { } node) json["gguf." + key[(arch.Length + 1)..]] = node;

        Layers(meta, arch, json);
        if (Number(meta, "tokenizer.ggml.token_type_count") is { } count) json["type_vocab_size"] = count;
        Rows("token_embd.weight", "vocab_size");
        Rows("token_types.weight", "type_vocab_size");
        string pattern = $"{arch}.attention.sliding_window_pattern"; // a period, or a truth value a layer
        if (meta.IsArray(pattern))
            json["layer_types"] = new JsonArray([.. meta.Get<bool[]>(pattern).Select(s => (JsonNode)(s ? "sliding_attention" : "full_attention"))]);
        Rope(file, arch, json);
        return new ModelConfig(file.Path, json, isGguf: true) { Spelling = name => Spell(arch, name), HasTensor = hasTensor ?? file.Tensors.ContainsKey };

        void Rows(string tensor, string key)
        {
            if (file.Tensors.TryGetValue(tensor, out TensorInfo? table) && table.Shape.Length == 2) json[key] = table.Shape[0];
        }
    }

    /// <summary>The file's own name of what is looked up as <paramref name="name"/>.</summary>
    private static string Spell(string arch, string name)
    {
        if (name.StartsWith("gguf.", StringComparison.Ordinal)) return $"{arch}.{name["gguf.".Length..]}";
        if (name == "model_type") return "general.architecture";
        if (name == "vocab_size") return "token_embd.weight";
        return Numbers.FirstOrDefault(n => n.Config == name).Gguf is { } own ? $"{arch}.{own}" : name;
    }

    /// <summary>The last blocks may be there to guess further tokens: they take no part in the next one.</summary>
    private static void Layers(GgufMetadata meta, string arch, JsonObject json)
    {
        string key = $"{arch}.nextn_predict_layers";
        if (!meta.TryGet(key, out uint guessing) || guessing == 0 || !meta.TryGet($"{arch}.block_count", out uint all)) return;
        if (guessing >= all) throw new ModelFormatException(meta.File, key, null, $"is {guessing} of {all} blocks");
        json["num_hidden_layers"] = all - guessing;
    }

    private static void Rope(GgufFile file, string arch, JsonObject json)
    {
        GgufMetadata meta = file.Metadata;
        JsonObject scaling = [];
        if (meta.TryGet($"{arch}.rope.scaling.original_context_length", out uint original)) scaling["original_max_position_embeddings"] = original;
        double factor = Finite(meta, $"{arch}.rope.scaling.factor") ?? Finite(meta, $"{arch}.rope.scale_linear") ?? 0;
        if (factor != 0) scaling["factor"] = factor;
        // A factor without a type is linear.
        string type = meta.Get($"{arch}.rope.scaling.type", scaling.ContainsKey("factor") ? "linear" : "none");
        if (type == "linear" && !scaling.ContainsKey("factor")) type = "none";
        if (type == "yarn" && !scaling.ContainsKey("factor")) scaling["factor"] = factor = 1;
        double? attention = Finite(meta, $"{arch}.rope.scaling.attn_factor");
        // Yarn's own factor comes on top of what the file states, unless another one cancels it.
        bool cancelled = Finite(meta, $"{arch}.rope.scaling.yarn_log_multiplier") is not (null or 0);
        if (attention is not null) scaling["attention_factor"] = type == "yarn" && !cancelled ? attention * RopeScaling.YarnScale(factor) : attention;
        if (Finite(meta, $"{arch}.rope.scaling.yarn_beta_fast") is { } fast) scaling["beta_fast"] = fast;
        if (Finite(meta, $"{arch}.rope.scaling.yarn_beta_slow") is { } slow) scaling["beta_slow"] = slow;
        if (Divisors(file, "rope_freqs.weight") is { } divisors) scaling["gguf_divisors"] = Json(divisors);
        else if (Divisors(file, "rope_factors_short.weight") is var shorter && Divisors(file, "rope_factors_long.weight") is var longer
            && (shorter ?? longer) is { } either)
        {
            if (type == "yarn")
                throw new ModelFormatException(meta.File, $"{arch}.rope.scaling.type", null,
                    "is 'yarn', but the file has factors for short and long texts, too; one of both is supported");
            // Up to the original length and beyond it; where one of both is missing, those frequencies are plain. A factor of all lengths comes on top.
            double common = type != "none" && factor > 0 ? factor : 1;
            double[] plain = [.. either.Select(_ => 1.0)];
            if (attention is null) scaling["attention_factor"] = 1;
            scaling["short_factor"] = Json(shorter ?? plain, common);
            scaling["long_factor"] = Json(longer ?? plain, common);
            type = "longrope";
        }
        if (type == "none" && (attention is not null || scaling.ContainsKey("gguf_divisors"))) type = "default";
        if (type == "none") return;
        scaling["rope_type"] = type;
        json["rope_scaling"] = scaling;
    }

    private static JsonArray Json(double[] values, double times = 1) => [.. values.Select(v => (JsonNode)(v * times))];

    private static double[]? Divisors(GgufFile file, string name)
    {
        if (!file.Tensors.TryGetValue(name, out TensorInfo? tensor)) return null;
        if (tensor.ElementCount > 4096)
            throw new ModelFormatException(file.Path, name, tensor.Offset, $"has {tensor.ElementCount} elements; rotary factors are one a pair");
        double[] divisors = [.. file.Dequantize(tensor).Select(v => (double)v)];
        int bad = Array.FindIndex(divisors, v => !double.IsFinite(v));
        return bad < 0 ? divisors
            : throw new ModelFormatException(file.Path, name, tensor.Offset, $"element {bad} is {Spell(divisors[bad])}; a number is needed");
    }

    private static JsonNode? Number(GgufMetadata meta, string key)
    {
        if (!meta.Contains(key)) return null;
        if (!meta.IsArray(key)) return Scalar(meta, key);
        // Some converters write one value for each layer: fine where they are equal.
        double[] values = meta.Get<double[]>(key);
        if (values.Length == 0 || values.Any(v => !v.Equals(values[0])))
            throw new ModelFormatException(meta.File, key, null, "differs from layer to layer, which is not supported");
        return Number(values[0]);
    }

    /// <summary>A number for the arithmetic here; null where the file has none.</summary>
    private static double? Finite(GgufMetadata meta, string key)
    {
        if (!meta.TryGet(key, out double value)) return null;
        return double.IsFinite(value) ? value : throw new ModelFormatException(meta.File, key, null, $"is {Spell(value)}; a number is needed");
    }

    /// <summary>
    /// A number as JSON files hold it. What is none is kept, so that who asks for it is told: passed over, a default would take its place.
    /// </summary>
    private static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value)
        : double.IsNaN(value) ? JsonValue.Create(PythonJson.NotANumber) : JsonNode.Parse(value > 0 ? "1e999" : "-1e999");

    private static string Spell(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private static JsonNode? Scalar(GgufMetadata meta, string key) => meta.TypeOf(key) switch
    {
        null or GgufValueType.Array => null,
        GgufValueType.String => meta.Get<string>(key),
        GgufValueType.Bool => meta.Get<bool>(key),
        _ => Number(meta.Get<double>(key)),
    };
}
