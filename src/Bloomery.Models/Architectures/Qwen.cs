using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>The block of Qwen 2 and 3, dense and with experts; a <see cref="QwenForm"/> tells the four apart, a file each.</summary>
internal abstract class Qwen : DecoderArchitecture
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
    protected Qwen(ModelConfig c, QwenForm form) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize, form.KvHeads, form.HeadDim);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c));
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        (_headNorms, _qkvBias, _outputBias) = (form.HeadNorms, BlockParts.Bias(form.QkvBias), BlockParts.Bias(form.OutputBias));
        _epsilon = c.Epsilon(1e-6f, "rms_norm_eps");

        _window = c.BoolOr(false, "use_sliding_window") ? BlockParts.Window(c, 4096) : null;
        int from = c.IntOr(28, "max_window_layers");
        _sliding = form.Slides is { } slides
            ? BlockParts.SlidingLayers(c, LayerCount, _window, i => _window is not null && slides(i, from))
            : [.. Enumerable.Repeat(true, LayerCount)]; // there is no such key

        _sparse = new bool[LayerCount];
        HashSet<int> dense = [.. (c.NumbersOrNull("mlp_only_layers") ?? []).Select(n => (int)n)];
        int step = c.SizeOr(1, "decoder_sparse_step");
        for (int i = 0; i < LayerCount; i++) _sparse[i] = form.Experts > 0 && !dense.Contains(i) && (i + 1) % step == 0;
        bool allSparse = LayerCount > 0 && _sparse.All(s => s);
        _inner = allSparse && !c.Has("intermediate_size") ? 1 : c.Size("intermediate_size");
        if (form.Experts == 0) return;
        (_expertInner, _sharedInner, _shared) = (form.ExpertSize, form.SharedSize ?? 0, form.SharedSize is not null);
        bool normalizes = c.BoolOr(false, "norm_topk_prob");
        _experts = new ExpertSpec { Experts = form.Experts, Used = form.Used, Activation = _activation, Normalize = normalizes }.Checked(c);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"), BiasRule.IfPresentInGguf);
        map.Root.Norm("output_norm", "norm", HiddenSize);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize);
            l.Qkv(_attention, HiddenSize, _qkvBias, _outputBias);
            if (_headNorms)
            {
                l.Norm("attn_q_norm", "self_attn.q_norm", _attention.KeyDim);
                l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KeyDim);
            }
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize);
            if (_sparse[i]) MapExperts(l, _experts!);
            else l.GatedMlp(HiddenSize, _inner);
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
        return ops.Add(x, _sparse[l.Index] ? Mixture(ops, h, l) : ops.GatedMlp(h, l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    private Value Mixture(Ops ops, Value h, Layer l)
    {
        Value routed = ops.Experts(h, ops.Linear(h, l["ffn_gate_inp"]), _experts!, l["ffn_gate_exps"], l["ffn_up_exps"], l["ffn_down_exps"]);
        if (!_shared) return routed;
        return ops.Add(routed, ops.ScaleRows(ops.GatedMlp(h, l, _activation, "_shexp"), ops.Linear(h, l["ffn_gate_inp_shexp"])));
    }

    private void MapExperts(LayerMap l, ExpertSpec experts)
    {
        l.Linear("ffn_gate_inp", "mlp.gate", experts.Experts, HiddenSize);
        l.Experts(experts.Experts, _expertInner, HiddenSize);
        if (!_shared) return;
        l.Linear("ffn_gate_inp_shexp", "mlp.shared_expert_gate", 1, HiddenSize);
        l.GatedMlp(HiddenSize, _sharedInner, prefix: "mlp.shared_expert.", suffix: "_shexp");
    }

    /// <summary>What GGUF files of the families with experts say.</summary>
    internal abstract class ExpertGguf : GgufDialect
    {
        /// <summary>Whether the weights of the chosen experts are made to sum to 1.</summary>
        protected abstract bool Normalizes { get; }

        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Require("expert_count", "expert_used_count");
            int used = t.Size("expert_used_count");
            if (t.Whole("expert_feed_forward_length") is null or 0) t.Set("moe_intermediate_size", t.Size("feed_forward_length") / used, "feed_forward_length");
            if (t.Whole("expert_shared_feed_forward_length") is null or 0) t.TakeRequired("shared_expert_intermediate_size", "feed_forward_length");
            t.Set("norm_topk_prob", Normalizes);
        }
    }
}
