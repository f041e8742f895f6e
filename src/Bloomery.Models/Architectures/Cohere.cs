using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// Command R and Aya (Cohere 2024): branches side by side after one norm without bias, interleaved rotation, scaled logits. Command R7B (<c>cohere2</c>):
/// layers with a sliding window, and others that see everything and do not rotate.
/// </summary>
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
        HeadShape heads = HeadShape.Read(c, HiddenSize);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c, two ? 1e4 : 5e5), interleaved: true);
        if (two)
        {
            _window = BlockParts.Window(c, 4096);
            _sliding = BlockParts.SlidingLayers(c, LayerCount, _window, BlockParts.Periodic(c.SizeOr(4, "sliding_window_pattern")));
            // Layers without a window do not rotate.
            if (c.DoubleOrNull("gguf.rope.freq_base_swa") is { } theta)
                _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c) with { Theta = theta }, interleaved: true);
        }
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _headNorms = !two && c.BoolOr(false, "use_qk_norm");
        _bias = BlockParts.Bias(c.BoolOr(false, "attention_bias"));
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_eps");
        _logitScale = c.FloatOr(0.0625f, "logit_scale");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize);
            l.Qkv(_attention, HiddenSize, _bias, _bias);
            if (_headNorms)
            {
                l.Norm("attn_q_norm", "self_attn.q_norm", _attention.Heads * _attention.KeyDim);
                l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KvHeads * _attention.KeyDim);
            }
            l.GatedMlp(HiddenSize, _inner);
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

    /// <summary>What Command R's GGUF files say.</summary>
    [Key("command-r")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.TakeFactor("logit_scale", "logit_scale");
            t.Set("use_qk_norm", t.HasTensor("blk.0.attn_q_norm.weight"));
        }
    }

    /// <summary>What Command R7B's GGUF files say.</summary>
    [Key("cohere2")]
    internal sealed class Gguf2 : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Require("attention.sliding_window", "logit_scale");
            t.TakeFactor("logit_scale", "logit_scale");
            t.Window(null, 4);
        }
    }
}
