using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// DeepSeek V2 (arXiv 2405.04434) and V3 (arXiv 2412.19437): latent attention, whose cache holds one latent and one rotary key for all heads, and many
/// small experts.
/// </summary>
[Key("deepseek_v2"), Key("deepseek_v3"), Key("deepseek2")]
internal sealed class DeepSeek : DecoderArchitecture
{
    // The norms inside latent attention do not follow the configuration.
    private const float LatentEpsilon = 1e-6f;
    private const int Softmax = 1, Sigmoid = 2; // how GGUF files name the experts' scores
    private const string GroupsByTopTwo = "gguf.groups_by_top_two"; // V2 from a GGUF file: what llama.cpp does in all families
    private readonly int _heads, _nope, _rope, _valueDim, _latent, _inner, _expertInner, _shared;
    private readonly int? _queryRank;
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly ExpertSpec _experts;
    private readonly BiasRule _attentionBias, _mlpBias;
    private readonly bool[] _sparse;
    private readonly bool _three;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public DeepSeek(ModelConfig c) : base(c)
    {
        _three = c.ModelType == "deepseek_v3" || c.IntOr(Softmax, "gguf.expert_gating_func") == Sigmoid;
        _heads = c.Size("num_attention_heads");
        _latent = c.SizeOr(512, "kv_lora_rank");
        _queryRank = c.NullableSizeOr(1536, "q_lora_rank");
        (_rope, _nope, _valueDim) = (c.SizeOr(64, "qk_rope_head_dim"), c.SizeOr(128, "qk_nope_head_dim"), c.SizeOr(128, "v_head_dim"));
        HeadShape.Checked(c, _heads, _heads, _nope + _rope);
        HeadShape.Checked(c, _heads, _heads, _valueDim);
        HeadShape.Checked(c, _heads, 1, _latent + _rope);
        RopeScaling rope = RopeConfig.Read(c);
        _rotary = RopeConfig.Make(c, _rope, rope, _rope, "qk_rope_head_dim", interleaved: !_three || c.BoolOr(true, "rope_interleave"));
        float scale = 1 / MathF.Sqrt(_nope + _rope);
        if (rope.Type != "default" && rope.MScaleAllDim is { } all && all != 0)
        {
            double m = RopeScaling.YarnScale(rope.EffectiveFactor, all);
            scale *= (float)(m * m);
            if (c.DoubleOrNull("gguf.rope.scaling.attn_factor") is { } stated) scale *= (float)(stated * stated);
        }
        // Keys are (latent, rotary part), values the latent itself: multi-query attention over what is cached.
        _attention = new AttentionSpec { Heads = _heads, KvHeads = 1, KeyDim = _latent + _rope, ValueDim = _latent, Scale = scale };
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _attentionBias = BlockParts.Bias(c.BoolOr(false, "attention_bias"));
        _mlpBias = BlockParts.Bias(!_three && c.BoolOr(false, "mlp_bias"));
        _inner = c.Size("intermediate_size");
        _expertInner = c.SizeOr(_three ? 2048 : 1407, "moe_intermediate_size");
        _shared = c.CountOr(c.Json.ContainsKey("n_shared_experts") ? 0 : _three ? 1 : 2, "n_shared_experts");
        int dense = c.CountOr(_three ? 3 : 0, "first_k_dense_replace");
        _experts = ReadExperts(c, dense < LayerCount);
        _sparse = [.. Enumerable.Range(0, LayerCount).Select(i => i >= dense && _experts.Experts > 0)];
        _epsilon = c.Epsilon(1e-6f, "rms_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize);
            MapAttention(map, l, i);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize);
            if (_sparse[i]) MapExperts(map, l);
            else l.GatedMlp(HiddenSize, _inner, _mlpBias);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        x = ops.Add(x, Attend(ops, ops.RmsNorm(x, l["attn_norm"], _epsilon), l));
        Value h = ops.RmsNorm(x, l["ffn_norm"], _epsilon);
        if (!_sparse[l.Index]) return ops.Add(x, ops.GatedMlp(h, l, _activation));
        ExpertSpec spec = l.Has("exp_probs_b", out Weight? bias) ? _experts with { SelectionBias = bias.Bias } : _experts;
        Value routed = ops.Experts(h, ops.Linear(h, l["ffn_gate_inp"]), spec, l["ffn_gate_exps"], l["ffn_up_exps"], l["ffn_down_exps"]);
        return ops.Add(x, _shared == 0 ? routed : ops.Add(routed, ops.GatedMlp(h, l, _activation, "_shexp")));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    private Value Attend(Ops ops, Value h, Layer l)
    {
        Value toQuery = _queryRank is null ? h : ops.RmsNorm(ops.Linear(h, l["attn_q_a"]), l["attn_q_a_norm"], LatentEpsilon);
        Value nope = ops.HeadLinear(ops.Linear(toQuery, l["attn_q_nope"]), l["attn_k_b"]); // queries absorb the keys' up-projection
        Value rope = ops.Rope(ops.Linear(toQuery, l["attn_q_rope"]), _rotary, _rope);
        Value latent = ops.RmsNorm(ops.Linear(h, l["attn_kv_latent"]), l["attn_kv_a_norm"], LatentEpsilon);
        Value sharedKey = ops.Rope(ops.Linear(h, l["attn_kv_rope"]), _rotary, _rope);
        Value attended = ops.Attention(ops.ConcatHeads(nope, rope, _heads), ops.ConcatHeads(latent, sharedKey, 1), latent, _attention);
        return ops.Linear(ops.HeadLinear(attended, l["attn_v_b"]), l["attn_output"]);
    }

    private void MapAttention(WeightMap map, LayerMap l, int layer)
    {
        int queryIn = _queryRank ?? HiddenSize, head = _nope + _rope;
        if (_queryRank is { } rank)
        {
            l.Linear("attn_q_a", "self_attn.q_a_proj", rank, HiddenSize, _attentionBias);
            l.Norm("attn_q_a_norm", "self_attn.q_a_layernorm", rank);
        }
        string query = _queryRank is null ? "self_attn.q_proj" : "self_attn.q_b_proj", ggufQuery = _queryRank is null ? "attn_q" : "attn_q_b";
        RowSelection nope = RowSelection.PerGroup(_heads, head, 0, _nope), rope = RowSelection.PerGroup(_heads, head, _nope, _rope);
        l.Linear("attn_q_nope", new WeightSource(query, nope), _heads * _nope, queryIn, gguf: new WeightSource(ggufQuery, nope));
        l.Linear("attn_q_rope", new WeightSource(query, rope), _heads * _rope, queryIn, gguf: new WeightSource(ggufQuery, rope));
        RowSelection latent = RowSelection.Range(0, _latent), shared = RowSelection.Range(_latent, _rope);
        l.Linear("attn_kv_latent", new WeightSource("self_attn.kv_a_proj_with_mqa", latent), _latent, HiddenSize, _attentionBias,
            new WeightSource("attn_kv_a_mqa", latent));
        l.Linear("attn_kv_rope", new WeightSource("self_attn.kv_a_proj_with_mqa", shared), _rope, HiddenSize, _attentionBias,
            new WeightSource("attn_kv_a_mqa", shared));
        l.Norm("attn_kv_a_norm", "self_attn.kv_a_layernorm", _latent);
        l.LatentUp("attn_k_b", "attn_v_b", "self_attn.kv_b_proj", "attn_kv_b", _heads, _nope, _valueDim, _latent, map.Contains($"blk.{layer}.attn_k_b.weight"));
        l.Linear("attn_output", "self_attn.o_proj", HiddenSize, _heads * _valueDim, _attentionBias);
    }

    private void MapExperts(WeightMap map, LayerMap l)
    {
        l.Linear("ffn_gate_inp", "mlp.gate", _experts.Experts, HiddenSize);
        if (_three) l.Vector("exp_probs_b.bias", "mlp.gate.e_score_correction_bias", _experts.Experts, optional: true);
        l.Experts(_experts.Experts, _expertInner, HiddenSize);
        if (_shared > 0) l.GatedMlp(HiddenSize, _shared * _expertInner, _mlpBias, "mlp.shared_experts.", "_shexp");
    }

    private ExpertSpec ReadExperts(ModelConfig c, bool anySparse)
    {
        string method = c.StringOr("greedy", "topk_method");
        if (!_three) c.Require(method is "greedy" or "group_limited_greedy", "topk_method", "greedy and group_limited_greedy are supported");
        bool grouped = _three || method == "group_limited_greedy";
        int experts = c.CountOr(_three ? 256 : 64, "n_routed_experts", "num_experts", "num_local_experts");
        float scale = c.FloatOr(_three ? 2.5f : 1, "routed_scaling_factor");
        if (experts == 0 || !anySparse) return new ExpertSpec { Experts = 0, Used = 0 };
        return new ExpertSpec
        {
            Experts = experts,
            Used = !_three ? c.Size("num_experts_per_tok") : c.SizeOr(8, "num_experts_per_tok"),
            Activation = _activation,
            Sigmoid = _three,
            Normalize = c.BoolOr(_three, "norm_topk_prob") && (_three || c.Has(GroupsByTopTwo)),
            NormalizeEpsilon = 1e-20f,
            Scale = scale,
            Groups = grouped ? Groups("n_group", 8) : 1,
            GroupsUsed = grouped ? Groups("topk_group", 4) : 1,
            GroupByTopTwo = _three || c.Has(GroupsByTopTwo),
        }.Checked(c);

        // Only V3 has defaults, and neither can be none where experts come in groups.
        int Groups(string name, int three) => _three && !c.Json.ContainsKey(name) ? three : c.Size(name);
    }

    /// <summary>What its GGUF files say.</summary>
    [Key("deepseek2")]
    internal sealed class Gguf : GgufDialect
    {
        /// <summary>Older files keep keys and values apart and state their sizes under the usual keys.</summary>
        protected override void Heads(GgufTranslation t)
        {
            t.Require("attention.kv_lora_rank", "rope.dimension_count");
            if (t.Has("attention.key_length_mla") || t.Has("attention.value_length_mla")) t.Require("attention.key_length_mla", "attention.value_length_mla");
            int rope = t.Size("rope.dimension_count"), heads = t.Size("attention.head_count"), usual = t.Size("embedding_length") / heads;
            int keys = t.Whole("attention.key_length_mla") ?? t.Whole("attention.key_length") ?? usual;
            int values = t.Whole("attention.value_length_mla") ?? t.Whole("attention.value_length") ?? usual;
            if (keys <= rope) throw t.Error("attention.key_length_mla", $"leaves {keys - rope} dimensions beside the {rope} that rotate");
            t.Set("qk_rope_head_dim", rope, "rope.dimension_count");
            t.Set("qk_nope_head_dim", keys - rope, "attention.key_length_mla");
            t.Set("v_head_dim", values, "attention.value_length_mla");
            // The small models project queries at once, and their files need not say so.
            bool lite = t.Layers is 26 or 27 || (t.Layers == 48 && t.Vocabulary == 128256);
            if (!lite) t.Require("attention.q_lora_rank");
            int? rank = t.Whole("attention.q_lora_rank");
            t.Set("q_lora_rank", rank == 0 || (lite && !t.HasTensor("blk.0.attn_q_a.weight")) ? null : rank, "attention.q_lora_rank");
        }

        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Require("expert_feed_forward_length", "expert_shared_count");
            int dense = t.Whole("leading_dense_block_count") ?? 0, gating = t.Whole("expert_gating_func") ?? 0;
            if (dense < t.Layers) t.Require("expert_count");
            // Files of one model have been made before the key was.
            if (gating == 0) gating = t.Layers is 47 or 48 && t.Vocabulary == 154880 ? Sigmoid : Softmax;
            if (gating is not (Softmax or Sigmoid)) throw t.Error("expert_gating_func", $"is {gating}; 1 (softmax) and 2 (sigmoid) are supported");
            t.Set("gguf.expert_gating_func", gating);
            t.Set("first_k_dense_replace", dense, "leading_dense_block_count");
            t.Default("n_routed_experts", 0);
            t.Set("norm_topk_prob", t.Flag("expert_weights_norm", false), "expert_weights_norm");
            t.TakeFactor("routed_scaling_factor", "expert_weights_scale");
            int groups = Math.Max(1, t.Whole("expert_group_count") ?? 0);
            if (groups > 1) t.Require("expert_group_used_count");
            t.Set("topk_method", "group_limited_greedy");
            t.Set("n_group", groups, "expert_group_count");
            if (groups == 1) t.Set("topk_group", 1);
            t.Set(GroupsByTopTwo, true);
            if (t.Number("attention.temperature_scale") is { } temperature and not 0)
                throw t.Error("attention.temperature_scale", $"is {temperature}; attention without temperatures is supported");
            if (t.Number("rope.scaling.yarn_log_multiplier") is { } log) t.SetYarnScales(10 * log);
        }
    }
}
