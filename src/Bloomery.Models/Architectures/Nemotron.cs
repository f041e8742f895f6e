using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Nemotron (arXiv 2402.16819): layer norms whose gain is 1 + weight, partial rotation, squared ReLU.</summary>
[Key("nemotron")]
internal sealed class Nemotron : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly BiasRule _attentionBias, _mlpBias;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Nemotron(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c), 0.5);
        _activation = c.ActivationOr(Activation.ReluSquared, "hidden_act");
        (_attentionBias, _mlpBias) = (BlockParts.Bias(c.BoolOr(false, "attention_bias")), BlockParts.Bias(c.BoolOr(false, "mlp_bias")));
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize, BiasRule.Required, plus: 1);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required, plus: 1);
            l.Qkv(_attention, HiddenSize, _attentionBias, _attentionBias);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required, plus: 1);
            l.Mlp("mlp.up_proj", "mlp.down_proj", HiddenSize, _inner, _mlpBias);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        x = ops.Add(x, ops.SelfAttention(ops.LayerNorm(x, l["attn_norm"], _epsilon), l, _attention, _rotary));
        return ops.Add(x, ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);
}
