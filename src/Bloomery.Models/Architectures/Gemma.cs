using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// Gemma 1 (arXiv 2403.08295), 2 (arXiv 2408.00118: norms on both sides, capped scores, every other layer with a window) and 3 (arXiv 2503.19786: head
/// norms, five windowed layers to a full one, two rotary bases).
/// </summary>
[Key("gemma"), Key("gemma2"), Key("gemma3_text"), Key("gemma3")]
internal sealed class Gemma : DecoderArchitecture
{
    private readonly int _version;
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary, _localRotary;
    private readonly Activation _activation;
    private readonly BiasRule _bias;
    private readonly bool[] _sliding;
    private readonly int _inner;
    private readonly int? _window;
    private readonly bool _bidirectional;
    private readonly float _epsilon, _finalCap;

    /// <summary>Reads the configuration.</summary>
    public Gemma(ModelConfig c) : base(c)
    {
        _version = c.ModelType switch { "gemma" => 1, "gemma2" => 2, _ => 3 };
        HeadShape heads = HeadShape.Read(c, HiddenSize, _version == 1 ? 16 : 4, 256);
        float scale = 1 / MathF.Sqrt(heads.HeadDim);
        if (_version > 1) scale = 1 / MathF.Sqrt(c.FloatOr(256, "query_pre_attn_scalar"));
        float cap = _version == 2 ? (float)(c.NullableOr(50, "attn_logit_softcapping") ?? 0) : 0;
        if (_version > 1) _finalCap = (float)(c.NullableOr(_version == 2 ? 30 : null, "final_logit_softcapping") ?? 0);
        _attention = heads.Attention(scale) with { SoftCap = cap };
        _bidirectional = c.BoolOr(false, "use_bidirectional_attention");
        // The older ones' masks stay causal or not, depending on the kernel that the reference library picks.
        if (_version < 3) c.Require(!_bidirectional, "use_bidirectional_attention", "this family's attention is causal");
        if (_bidirectional) _attention = _attention with { After = AttentionTile.Unbounded };

        _window = _version == 1 ? null : BlockParts.Window(c, 4096);
        int period = _version == 3 ? c.SizeOr(6, "sliding_window_pattern") : 2;
        _sliding = _version == 1 ? new bool[LayerCount] : BlockParts.SlidingLayers(c, LayerCount, _window, BlockParts.Periodic(period));
        if (!_sliding.Contains(true)) _window = null;

        _rotary = RopeConfig.Make(c, heads.HeadDim, _version == 3 ? RopeConfig.Read(c, 1e6, layerType: "full_attention") : RopeConfig.Read(c));
        _localRotary = _version == 3 ? RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c, layerType: "sliding_attention")) : _rotary;
        if (_version == 2 && c.DoubleOrNull("gguf.rope.freq_base_swa") is { } theta)
            _localRotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c) with { Theta = theta });

        _activation = c.ActivationOr(Activation.GeluTanh, _version == 1 ? "hidden_act" : "hidden_activation");
        _bias = BlockParts.Bias(c.BoolOr(false, "attention_bias"));
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-6f, "rms_norm_eps");
    }

    /// <inheritdoc/>
    public override bool SeesAhead => _bidirectional || base.SeesAhead;

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary, _localRotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        if (_version == 3)
        {
            // Where the language model is a part of one that also sees.
            map.Prefix("language_model.");
            map.Prefix("language_model.model.");
            map.Prefix("model.language_model.");
            map.IgnoreUnder("vision_tower.", "multi_modal_projector.");
        }
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize, plus: 1);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, plus: 1);
            l.Qkv(_attention, HiddenSize, _bias, _bias);
            if (_version == 3)
            {
                l.Norm("attn_q_norm", "self_attn.q_norm", _attention.KeyDim, plus: 1);
                l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KeyDim, plus: 1);
            }
            if (_version > 1)
            {
                l.Norm("post_attention_norm", "post_attention_layernorm", HiddenSize, plus: 1);
                l.Norm("post_ffw_norm", "post_feedforward_layernorm", HiddenSize, plus: 1);
            }
            l.Norm("ffn_norm", _version == 1 ? "post_attention_layernorm" : "pre_feedforward_layernorm", HiddenSize, plus: 1);
            l.GatedMlp(HiddenSize, _inner);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights) => ops.Embed(weights["token_embd"], MathF.Sqrt(HiddenSize));

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        bool sliding = _sliding[l.Index];
        AttentionSpec attention = sliding ? Slide(_attention) : _attention;
        Rotary rotary = sliding ? _localRotary : _rotary;
        Value h = ops.RmsNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Linear(h, l["attn_q"]), k = ops.Linear(h, l["attn_k"]), v = ops.Linear(h, l["attn_v"]);
        if (_version == 3)
        {
            q = ops.RmsNorm(q, l["attn_q_norm"], _epsilon, attention.KeyDim);
            k = ops.RmsNorm(k, l["attn_k_norm"], _epsilon, attention.KeyDim);
        }
        (q, k) = (ops.Rope(q, rotary, attention.KeyDim), ops.Rope(k, rotary, attention.KeyDim));
        h = ops.Linear(ops.Attention(q, k, v, attention), l["attn_output"]);
        x = ops.Add(x, _version == 1 ? h : ops.RmsNorm(h, l["post_attention_norm"], _epsilon));
        h = ops.GatedMlp(ops.RmsNorm(x, l["ffn_norm"], _epsilon), l, _activation);
        return ops.Add(x, _version == 1 ? h : ops.RmsNorm(h, l["post_ffw_norm"], _epsilon));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    /// <inheritdoc/>
    protected override Value Head(Ops ops, Value x, WeightSet weights) => ops.SoftCap(base.Head(ops, x, weights), _finalCap);

    private AttentionSpec Slide(AttentionSpec spec)
    {
        if (_window is not { } w) return spec;
        return _bidirectional ? spec with { Before = w / 2 + 1, After = w / 2 + 1 } : spec with { Before = w };
    }

    /// <summary>The 27B models scale scores by hidden / heads, the others by a head's size: files imply it by the number of layers.</summary>
    private static void SetScale(GgufTranslation t, int layersOfTheLargest) =>
        t.Set("query_pre_attn_scalar", t.Layers == layersOfTheLargest ? t.Size("embedding_length") / t.Size("attention.head_count") : t.HeadDim);

    /// <summary>What Gemma 2's GGUF files say.</summary>
    [Key("gemma2")]
    internal sealed class Gguf2 : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            SetScale(t, 46);
            t.Window(4096, 2);
        }
    }

    /// <summary>What Gemma 3's GGUF files say.</summary>
    [Key("gemma3")]
    internal sealed class Gguf3 : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            SetScale(t, 62);
            t.Window(null, 6);
        }
    }
}
