using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Command R and Aya (Cohere 2024): branches side by side after one norm without bias, interleaved rotation, scaled logits. Command R7B (<c>cohere2</c>): layers with a sliding window, and others that see everything and do not rotate.</summary>
[Key("cohere"), Key("command-r"), Key("cohere2")]
internal sealed class Cohere : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly bool _headNorms;
    private readonly bool[]? _sliding; // by layer; null: none, and all rotate
    private readonly int? _window;
    private readonly BiasRule _bias;
    private readonly int _inner;
    private readonly float _epsilon, _logitScale;

    /// <summary>Reads the configuration.</summary>
    public Cohere(ModelConfig c) : base(c)
    {
        bool two = c.ModelType == "cohere2";
        HeadShape heads = HeadShape.Read(c, Hidden);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c, two ? 1e4 : 5e5), interleaved: true);
        if (two)
        {
            _window = BlockParts.Window(c, 4096);
            _sliding = BlockParts.SlidingLayers(c, LayerCount, _window, BlockParts.Periodic(c, c.SizeOr(4, "sliding_window_pattern")));
        }
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _headNorms = !two && c.BoolOr(false, "use_qk_norm");
        _bias = BlockParts.Bias(c.BoolOr(false, "attention_bias"));
        _inner = c.Size("intermediate_size");
        _epsilon = c.FloatOr(1e-5f, "layer_norm_eps");
        _logitScale = c.FloatOr(c.IsGguf ? 1 : 0.0625f, "logit_scale", "gguf.logit_scale");
        if (c.IsGguf && _logitScale == 0) _logitScale = 1; // stands for none there
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.Words("embed_tokens", "lm_head", Vocabulary, Hidden, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", Hidden);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", Hidden);
            l.Qkv(_attention, Hidden, _bias, _bias);
            if (map.IsGguf ? map.Contains($"blk.{i}.attn_q_norm.weight") : _headNorms)
            {
                l.Norm("attn_q_norm", "self_attn.q_norm", _attention.Heads * _attention.KeyDim);
                l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KvHeads * _attention.KeyDim);
            }
            l.GatedMlp(Hidden, _inner);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Linear(h, l["attn_q"]), k = ops.Linear(h, l["attn_k"]), v = ops.Linear(h, l["attn_v"]);
        if (l.Has("attn_q_norm", out Weight? qNorm))
        {
            q = ops.LayerNorm(q, qNorm, _epsilon, _attention.KeyDim);
            k = ops.LayerNorm(k, l["attn_k_norm"], _epsilon, _attention.KeyDim);
        }
        bool sliding = _sliding is null || _sliding[l.Index];
        if (sliding) (q, k) = (ops.Rope(q, _rotary, _attention.KeyDim), ops.Rope(k, _rotary, _attention.KeyDim));
        Value attended = ops.Linear(ops.Attention(q, k, v, _attention.Windowed(sliding ? _window : null)), l["attn_output"]);
        return ops.Add(x, ops.Add(attended, ops.GatedMlp(h, l, _activation)));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    /// <inheritdoc/>
    protected override Value Head(Ops ops, Value x, WeightSet weights) => ops.Scale(base.Head(ops, x, weights), _logitScale);
}
