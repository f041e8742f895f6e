using System.Text.Json.Nodes;
using Bloomery.Engine.Inference;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Models;

/// <summary>Golden checkpoints without a stored twin, written as GGUF here: the answers must not change.</summary>
public sealed class GgufTwinTests
{
    private sealed record Case(string Folder, Func<JsonObject, GgufTwin> Twin, string Override = "{}");

    private static readonly Dictionary<string, Case> All = new()
    {
        ["command-r"] = new("cohere", c => new GgufTwin("command-r").With(c, ("logit_scale", 0.25f))),
        ["deepseek2, softmax"] = new("deepseek_v2", c => DeepSeek(c, stacks: true, sigmoid: false)),
        ["deepseek2, sigmoid"] = new("deepseek_v3", c => DeepSeek(c, stacks: true, sigmoid: true)),
        ["deepseek2, older layout"] = new("deepseek_v3", c => DeepSeek(c, stacks: false, sigmoid: true)),
        ["deepseek2, yarn"] = new("deepseek_v3-yarn", c =>
            DeepSeek(c, stacks: true, sigmoid: true).With(c, ("rope.scaling.type", "yarn"), ("rope.scaling.factor", 4f),
            ("rope.scaling.original_context_length", 64u),
            ("rope.scaling.yarn_beta_fast", 8f), ("rope.scaling.yarn_log_multiplier", 0.07f)),
                """
                    {"rope_scaling": {"beta_fast": 8.0, "factor": 4.0, "mscale": 0.7, "mscale_all_dim": 0.7, "original_max_position_embeddings": 64,
                    "rope_type": "yarn"}}
                    """),
        ["gemma"] = new("gemma", c => new GgufTwin("gemma") { GainsPlusOne = true }.With(c)),
        ["gemma3"] = new("gemma3", c =>
            new GgufTwin("gemma3") { GainsPlusOne = true, Special = { ["post_attention_layernorm"] = "post_attention_norm" } }.With(c,
            ("attention.sliding_window", 8u), ("attention.sliding_window_pattern", 3u), ("rope.freq_base_swa", 10000f), ("rope.scaling.type", "linear"),
                ("rope.scaling.factor", 8f)), """{"query_pre_attn_scalar": 16}"""),
        ["granite"] = new("granite", c =>
            new GgufTwin("granite") { PairedHeads = (8, 2) }.With(c, ("attention.scale", 0.2f), ("embedding_scale", 6f), ("residual_scale", 0.35f),
            ("logit_scale", 4f))),
        ["mixtral as llama"] = new("mixtral", c => new GgufTwin("llama") { PairedHeads = (6, 2) }.With(c, ("expert_count", 8u), ("expert_used_count", 2u))),
        ["olmo2"] = new("olmo2", c => new GgufTwin("olmo2") { Special = { ["post_attention_layernorm"] = "post_attention_norm" } }.With(c)),
        ["phi2"] = new("phi", c => new GgufTwin("phi2").With(c, ("rope.dimension_count", 6u))),
        ["phi3, long context"] = new("phi3-longrope", c => new GgufTwin("phi3").With(c, ("rope.scaling.original_context_length", 48u)).WithFactors(c)),
        ["qwen2moe"] = new("qwen2_moe", c =>
            new GgufTwin("qwen2moe").With(c, ("expert_count", 8u), ("expert_used_count", 3u), ("expert_feed_forward_length", 24u),
            ("expert_shared_feed_forward_length", 40u))),
        ["qwen3moe"] = new("qwen3_moe", c =>
            new GgufTwin("qwen3moe").With(c, ("expert_count", 8u), ("expert_used_count", 2u), ("expert_feed_forward_length", 24u))),
        ["smollm3"] = new("smollm3", c => new GgufTwin("smollm3") { PairedHeads = (4, 2) }.With(c), """{"no_rope_layer_interval": 4}"""),
        ["stablelm"] = new("stablelm", c => new GgufTwin("stablelm").With(c, ("rope.dimension_count", 4u))),
        ["starcoder"] = new("gpt_bigcode-mqa", c =>
            new GgufTwin("starcoder").With(c, ("attention.head_count_kv", 1u), ("feed_forward_length", (uint?)c["n_inner"] ?? 4 * (uint)c["n_embd"]!))),
        ["bert"] = new("bert", c => new GgufTwin("bert").With(c)),
        ["roberta as bert"] = new("xlm-roberta", c => new GgufTwin("bert") { CutPositions = 2 }.With(c, ("context_length", 126u))),
        ["t5"] = new("t5", c =>
            new GgufTwin("t5").With(c, ("context_length", 512u), ("attention.relative_buckets_count", 8u), ("decoder_block_count", 2u)),
            """{"relative_attention_max_distance": 128}"""),
    };

    public static TheoryData<string> Names() => [.. All.Keys];

    [SkippableTheory, MemberData(nameof(Names))]
    public void Written_as_gguf_the_model_answers_the_same(string name)
    {
        Case twin = All[name];
        TestPaths.NeedsGolden($"models/{twin.Folder}");
        GoldenModel golden = GoldenModel.Load(twin.Folder);
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("bloomery-twin-");
        try
        {
            string legacy = golden.LegacyDirectory(temporary.FullName), config = Path.Combine(legacy, "config.json"),
                gguf = Path.Combine(temporary.FullName, "twin.gguf");
            JsonObject json = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
            foreach ((string key, JsonNode? value) in JsonNode.Parse(twin.Override)!.AsObject()) json[key] = value?.DeepClone();
            File.WriteAllText(config, json.ToJsonString());
            twin.Twin(json).Save(legacy, gguf);

            ForwardResult expected = Run(golden, legacy), actual = Run(golden, gguf);
            if (expected.Logits is not null) golden.AssertClose(expected.Logits, actual.Logits, $"{name}: logits");
            golden.AssertClose(expected.LastHiddenState!, actual.LastHiddenState, $"{name}: last hidden state");
            if (!golden.Tensors.Contains("long_input_ids")) return;
            golden.AssertClose(Run(golden, legacy, "long_input_ids").Logits!, Run(golden, gguf, "long_input_ids").Logits, $"{name}: logits of a long text");
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static GgufTwin DeepSeek(JsonObject c, bool stacks, bool sigmoid)
    {
        int heads = (int)c["num_attention_heads"]!, nope = (int)c["qk_nope_head_dim"]!, rope = (int)c["qk_rope_head_dim"]!, latent = (int)c["kv_lora_rank"]!,
            v = (int)c["v_head_dim"]!;
        GgufTwin twin = new GgufTwin("deepseek2") { LatentStacks = stacks ? (heads, nope) : null }.With(c,
            ("rope.dimension_count", (uint)rope), ("attention.kv_lora_rank", (uint)latent), ("expert_count", (uint)c["n_routed_experts"]!),
                ("expert_used_count", (uint)c["num_experts_per_tok"]!),
            ("expert_feed_forward_length", (uint)c["moe_intermediate_size"]!), ("expert_shared_count", (uint)c["n_shared_experts"]!),
                ("leading_dense_block_count", (uint)c["first_k_dense_replace"]!),
            ("expert_weights_scale", (float)c["routed_scaling_factor"]!), ("expert_weights_norm", (bool)c["norm_topk_prob"]!),
                ("attention.head_count_kv", stacks ? 1u : (uint)heads),
            ("attention.key_length", (uint)(stacks ? latent + rope : nope + rope)), ("attention.value_length", (uint)(stacks ? latent : v)));
        if (sigmoid)
            twin.With(null, ("expert_gating_func", 2u), ("expert_group_count", (uint)c["n_group"]!), ("expert_group_used_count", (uint)c["topk_group"]!));
        if (stacks) twin.With(null, ("attention.key_length_mla", (uint)(nope + rope)), ("attention.value_length_mla", (uint)v));
        twin.Set("attention.q_lora_rank", (uint?)c["q_lora_rank"] ?? 0);
        return twin;
    }

    private static ForwardResult Run(GoldenModel golden, string path, string ids = "input_ids")
    {
        using Runtime runtime = Runtime.Load(path, new ModelOptions { Exact = true, Threads = 1 });
        int[]? decoder = golden.Tensors.Contains("decoder_input_ids") ? golden.Tensors.Int32s("decoder_input_ids") : null;
        return new ForwardPass(runtime).Run([new ForwardRow(golden.Tensors.Int32s(ids)) { DecoderIds = decoder }])[0];
    }
}

file static class TwinKeys
{
    private static readonly (string Config, string Gguf)[] Common =
    [
        ("hidden_size", "embedding_length"), ("n_embd", "embedding_length"), ("d_model", "embedding_length"), ("num_hidden_layers", "block_count"),
            ("n_layer", "block_count"), ("num_layers", "block_count"),
        ("num_attention_heads", "attention.head_count"), ("n_head", "attention.head_count"), ("num_heads", "attention.head_count"),
            ("num_key_value_heads", "attention.head_count_kv"),
        ("intermediate_size", "feed_forward_length"), ("d_ff", "feed_forward_length"), ("max_position_embeddings", "context_length"),
            ("n_positions", "context_length"), ("head_dim", "attention.key_length"),
        ("head_dim", "attention.value_length"), ("d_kv", "attention.key_length"), ("d_kv", "attention.value_length"),
    ];

    public static GgufTwin With(this GgufTwin twin, JsonObject? config, params (string Key, object Value)[] more)
    {
        if (config is not null)
        {
            foreach ((string key, string gguf) in Common)
                if (config[key] is { } value) twin.Set(gguf, (uint)value);
            if (config["rope_theta"] is { } theta) twin.Set("rope.freq_base", (float)theta);
            if (config["rms_norm_eps"] is { } rms) twin.Set("attention.layer_norm_rms_epsilon", (float)rms);
            if (config["layer_norm_eps"] is { } eps) twin.Set("attention.layer_norm_epsilon", (float)eps);
            if (config["layer_norm_epsilon"] is { } epsilon)
                twin.Set(config["d_ff"] is null ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", (float)epsilon);
        }
        foreach ((string key, object value) in more)
            switch (value)
            {
                case uint u: twin.Set(key, u); break;
                case float f: twin.Set(key, f); break;
                case bool b: twin.Set(key, b); break;
                default: twin.Set(key, (string)value); break;
            }
        return twin;
    }

    /// <summary>Phi 3's factors, and the factor of attention that follows from the lengths.</summary>
    public static GgufTwin WithFactors(this GgufTwin twin, JsonObject config)
    {
        double s = (double)config["max_position_embeddings"]! / (double)config["original_max_position_embeddings"]!;
        twin.Set("rope.scaling.attn_factor", (float)Math.Sqrt(1 + Math.Log(s) / Math.Log((double)config["original_max_position_embeddings"]!)));
        foreach (string kind in (string[])["long", "short"])
            twin.Put($"rope_factors_{kind}.weight", [.. config["rope_scaling"]![$"{kind}_factor"]!.AsArray().Select(v => (float)v!)]);
        return twin;
    }
}
