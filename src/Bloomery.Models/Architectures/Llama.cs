using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Llama (arXiv 2302.13971) and the families that differ from it by configuration: Mistral (sliding window) and Granite (multipliers).</summary>
[Key("llama"), Key("mistral"), Key("granite")]
public sealed class Llama : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly bool _attentionBias, _mlpBias;
    private readonly int _inner;
    private readonly float _epsilon, _embeddingScale = 1, _residualScale = 1, _logitScale = 1;

    /// <summary>Reads the configuration.</summary>
    public Llama(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, Hidden, defaultKvHeads: c.ModelType == "mistral" ? 8 : null);
        float scale = 1 / MathF.Sqrt(heads.HeadDim);
        if (c.ModelType == "granite")
        {
            scale = c.FloatOr(c.IsGguf ? scale : 1, "attention_multiplier");
            _embeddingScale = c.FloatOr(1, "embedding_multiplier");
            _residualScale = c.FloatOr(1, "residual_multiplier");
            _logitScale = 1 / c.FloatOr(1, "logits_scaling", "gguf.logit_scale");
        }
        _attention = heads.Attention(scale).Windowed(c.ModelType == "mistral" ? c.IntOrNull("sliding_window") : null);
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c));
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        (_attentionBias, _mlpBias) = (c.BoolOr(false, "attention_bias"), c.BoolOr(false, "mlp_bias"));
        _inner = c.Size("intermediate_size");
        _epsilon = c.FloatOr(1e-6f, "rms_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.Embedding("token_embd", "embed_tokens", Vocabulary, Hidden);
        map.Root.Norm("output_norm", "norm", Hidden);
        map.Root.Head("lm_head", Vocabulary, Hidden, Config.BoolOr(false, "tie_word_embeddings"));
        BiasRule attention = _attentionBias ? BiasRule.Required : BiasRule.None, mlp = _mlpBias ? BiasRule.Required : BiasRule.None;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", Hidden);
            l.RotatedQkv(_attention, Hidden, attention, attention);
            l.Norm("ffn_norm", "post_attention_layernorm", Hidden);
            l.Linear("ffn_gate", "mlp.gate_proj", _inner, Hidden, mlp);
            l.Linear("ffn_up", "mlp.up_proj", _inner, Hidden, mlp);
            l.Linear("ffn_down", "mlp.down_proj", Hidden, _inner, mlp);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights) => ops.Embed(weights["token_embd"], _embeddingScale, scaleVectors: true);

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.RmsNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Rope(ops.Linear(h, l["attn_q"]), _rotary, _attention.KeyDim);
        Value k = ops.Rope(ops.Linear(h, l["attn_k"]), _rotary, _attention.KeyDim);
        Value v = ops.Linear(h, l["attn_v"]);
        h = ops.Linear(ops.Attention(q, k, v, _attention), l["attn_output"]);
        x = ops.Add(x, ops.Scale(h, _residualScale));
        h = ops.RmsNorm(x, l["ffn_norm"], _epsilon);
        h = ops.Linear(ops.Gate(ops.Linear(h, l["ffn_gate"]), ops.Linear(h, l["ffn_up"]), _activation), l["ffn_down"]);
        return ops.Add(x, ops.Scale(h, _residualScale));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    /// <inheritdoc/>
    protected override Value Head(Ops ops, Value x, WeightSet weights) => ops.Scale(base.Head(ops, x, weights), _logitScale);
}
