using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// OLMo 2 (arXiv 2501.00656): norms after attention and feed-forward instead of before, and over all query and all key columns. GGUF files call OLMo 3
/// (arXiv 2512.13961) so, too: three layers with a window, whose positions are not scaled, to one without.
/// </summary>
[Key("olmo2")]
internal sealed class Olmo2 : DecoderArchitecture
{
    private const int Period = 4;
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary, _localRotary;
    private readonly Activation _activation;
    private readonly BiasRule _bias;
    private readonly bool[] _sliding;
    private readonly int? _window;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Olmo2(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize);
        _attention = heads.Attention();
        RopeScaling scaling = RopeConfig.Read(c);
        _rotary = _localRotary = RopeConfig.Make(c, heads.HeadDim, scaling);
        _window = c.IntOrNull("gguf.attention.sliding_window") is > 0 and int window ? window : null;
        _sliding = new bool[LayerCount];
        if (_window is not null)
        {
            _sliding = BlockParts.SlidingLayers(c, LayerCount, _window, BlockParts.Periodic(Period));
            double theta = c.DoubleOrNull("gguf.rope.freq_base_swa") ?? scaling.Theta;
            RopeScaling local = new() { Theta = theta, MaxLength = scaling.MaxLength, OriginalLength = scaling.OriginalLength };
            _localRotary = RopeConfig.Make(c, heads.HeadDim, local);
        }
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _bias = BlockParts.Bias(c.BoolOr(false, "attention_bias"));
        _epsilon = c.Epsilon(1e-5f, "rms_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary, _localRotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Qkv(_attention, HiddenSize, _bias, _bias);
            l.Norm("attn_q_norm", "self_attn.q_norm", _attention.Heads * _attention.KeyDim);
            l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KvHeads * _attention.KeyDim);
            l.Norm("post_attention_norm", "post_attention_layernorm", HiddenSize);
            l.GatedMlp(HiddenSize, Config.Size("intermediate_size"));
            l.Norm("post_ffw_norm", "post_feedforward_layernorm", HiddenSize);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        bool sliding = _sliding[l.Index];
        Rotary rotary = sliding ? _localRotary : _rotary;
        Value q = ops.RmsNorm(ops.Linear(x, l["attn_q"]), l["attn_q_norm"], _epsilon);
        Value k = ops.RmsNorm(ops.Linear(x, l["attn_k"]), l["attn_k_norm"], _epsilon);
        Value v = ops.Linear(x, l["attn_v"]);
        (q, k) = (ops.Rope(q, rotary, _attention.KeyDim), ops.Rope(k, rotary, _attention.KeyDim));
        Value h = ops.Linear(ops.Attention(q, k, v, _attention.Windowed(sliding ? _window : null)), l["attn_output"]);
        x = ops.Add(x, ops.RmsNorm(h, l["post_attention_norm"], _epsilon));
        return ops.Add(x, ops.RmsNorm(ops.GatedMlp(x, l, _activation), l["post_ffw_norm"], _epsilon));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    /// <summary>What its GGUF files say.</summary>
    [Key("olmo2")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Window(null, Period);
        }
    }
}
