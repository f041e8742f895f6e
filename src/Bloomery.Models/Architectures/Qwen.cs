using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Qwen 2 (arXiv 2407.10671: biases on q, k, v) and 3 (arXiv 2505.09388: norms of each query and key head), dense and with experts.</summary>
[Key("qwen2"), Key("qwen3"), Key("qwen2_moe"), Key("qwen3_moe"), Key("qwen2moe"), Key("qwen3moe")]
internal sealed class Qwen : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly BiasRule _qkvBias, _outputBias;
    private readonly ExpertSpec? _experts;
    private readonly bool[] _sliding, _sparse;
    private readonly bool _headNorms, _shared;
    private readonly int _inner, _expertInner, _sharedInner;
    private readonly int? _window;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Qwen(ModelConfig c) : base(c)
    {
        bool three = _headNorms = c.ModelType.StartsWith("qwen3", StringComparison.Ordinal), moe = c.ModelType.Contains("moe", StringComparison.Ordinal);
        HeadShape heads = HeadShape.Read(c, Hidden, c.ModelType switch { "qwen3_moe" => 4, "qwen2_moe" => 16, _ => 32 }, c.ModelType == "qwen3" ? 128 : null);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c));
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        bool attentionBias = c.BoolOr(false, "attention_bias");
        _qkvBias = BlockParts.Bias(three ? attentionBias : c.ModelType == "qwen2" || c.BoolOr(true, "qkv_bias"));
        _outputBias = BlockParts.Bias(three && attentionBias);
        _epsilon = c.FloatOr(1e-6f, "rms_norm_eps");

        bool use = c.BoolOr(false, "use_sliding_window") && !c.IsGguf;
        _window = use ? BlockParts.Window(c, 4096) : null;
        int from = c.IntOr(28, "max_window_layers");
        _sliding = c.ModelType == "qwen3_moe" // has no layer_types
            ? [.. Enumerable.Repeat(true, LayerCount)]
            : BlockParts.SlidingLayers(c, LayerCount, _window, i => _window is not null && (c.ModelType == "qwen2_moe" ? i % 2 == 0 && i < from : i >= from));

        _sparse = new bool[LayerCount];
        int experts = moe ? Experts(c, three) : 0;
        HashSet<int> dense = [.. (c.NumbersOrNull("mlp_only_layers") ?? []).Select(n => (int)n)];
        int step = c.SizeOr(1, "decoder_sparse_step");
        for (int i = 0; i < LayerCount; i++) _sparse[i] = experts > 0 && !dense.Contains(i) && (i + 1) % step == 0;
        bool allSparse = LayerCount > 0 && _sparse.All(s => s);
        _inner = allSparse && !c.Has("intermediate_size") ? 1 : c.Size("intermediate_size");
        if (experts == 0) return;
        int used = c.SizeOr(three ? 8 : 4, "num_experts_per_tok");
        _shared = !three;
        _expertInner = c.SizeOr(c.IsGguf ? Math.Max(1, _inner / used) : three ? 768 : 1408, "moe_intermediate_size");
        _sharedInner = c.SizeOr(c.IsGguf ? _inner : 5632, "shared_expert_intermediate_size");
        _experts = new ExpertSpec
        {
            Experts = experts, Used = used, Activation = _activation, Normalize = c.IsGguf ? three : c.BoolOr(false, "norm_topk_prob"),
        }.Checked(c);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.Words("embed_tokens", "lm_head", Vocabulary, Hidden, Config.BoolOr(false, "tie_word_embeddings"), map.IsGguf ? BiasRule.IfPresent : BiasRule.None);
        map.Root.Norm("output_norm", "norm", Hidden);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", Hidden);
            l.Qkv(_attention, Hidden, _qkvBias, _outputBias);
            if (_headNorms)
            {
                l.Norm("attn_q_norm", "self_attn.q_norm", _attention.KeyDim);
                l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KeyDim);
            }
            l.Norm("ffn_norm", "post_attention_layernorm", Hidden);
            if (_sparse[i]) MapExperts(l, _experts!);
            else l.GatedMlp(Hidden, _inner);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        AttentionSpec attention = _attention.Windowed(_sliding[l.Index] ? _window : null);
        Value h = ops.RmsNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Linear(h, l["attn_q"]), k = ops.Linear(h, l["attn_k"]), v = ops.Linear(h, l["attn_v"]);
        if (_headNorms)
        {
            q = ops.RmsNorm(q, l["attn_q_norm"], _epsilon, attention.KeyDim);
            k = ops.RmsNorm(k, l["attn_k_norm"], _epsilon, attention.KeyDim);
        }
        q = ops.Rope(q, _rotary, attention.KeyDim);
        k = ops.Rope(k, _rotary, attention.KeyDim);
        x = ops.Add(x, ops.Linear(ops.Attention(q, k, v, attention), l["attn_output"]));
        h = ops.RmsNorm(x, l["ffn_norm"], _epsilon);
        return ops.Add(x, _sparse[l.Index] ? Experts(ops, h, l) : ops.GatedMlp(h, l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    private static int Experts(ModelConfig c, bool three) => three ? c.CountOr(128, "num_experts", "num_local_experts") : c.CountOr(60, "num_experts");

    private Value Experts(Ops ops, Value h, Layer l)
    {
        Value routed = ops.Experts(h, ops.Linear(h, l["ffn_gate_inp"]), _experts!, l["ffn_gate_exps"], l["ffn_up_exps"], l["ffn_down_exps"]);
        if (!_shared) return routed;
        return ops.Add(routed, ops.ScaleRows(ops.GatedMlp(h, l, _activation, "_shexp"), ops.Linear(h, l["ffn_gate_inp_shexp"])));
    }

    private void MapExperts(LayerMap l, ExpertSpec experts)
    {
        l.Linear("ffn_gate_inp", "mlp.gate", experts.Experts, Hidden);
        l.Experts(experts.Experts, _expertInner, Hidden);
        if (!_shared) return;
        l.Linear("ffn_gate_inp_shexp", "mlp.shared_expert_gate", 1, Hidden);
        l.GatedMlp(Hidden, _sharedInner, prefix: "mlp.shared_expert.", suffix: "_shexp");
    }
}
