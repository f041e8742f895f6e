using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>GPT-2 (Radford et al. 2019): learned positions, matrices stored as (inputs, outputs).</summary>
[Key("gpt2")]
internal sealed class Gpt2 : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Activation _activation;
    private readonly bool _inverseLayerScale;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Gpt2(ModelConfig c) : base(c)
    {
        c.Require(!c.BoolOr(false, "add_cross_attention"), "add_cross_attention", "decoders without cross-attention are supported");
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _attention = heads.Attention(c.BoolOr(true, "scale_attn_weights") ? null : 1);
        _activation = c.ActivationOr(Activation.GeluTanh, "activation_function");
        _inverseLayerScale = c.BoolOr(false, "scale_attn_by_inverse_layer_idx");
        _inner = BlockParts.InnerSize(c, HiddenSize, "n_inner");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override int ContextLength => Config.SizeOr(1024, "n_positions", "max_position_embeddings");

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Root.EmbeddingAndHead("wte", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Embedding("position_embd", "wpe", ContextLength, HiddenSize, "n_positions");
        map.Root.Norm("output_norm", "ln_f", HiddenSize, BiasRule.Required);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"h.{i}.");
            l.Norm("attn_norm", "ln_1", HiddenSize, BiasRule.Required);
            l.FusedQkv("attn.c_attn", _attention, HiddenSize, BiasRule.Required, transposed: true);
            l.Linear("attn_output", new WeightSource("attn.c_proj", null, Transposed: true), HiddenSize, HiddenSize, BiasRule.Required);
            l.Norm("ffn_norm", "ln_2", HiddenSize, BiasRule.Required);
            l.Mlp("mlp.c_fc", "mlp.c_proj", HiddenSize, _inner, BiasRule.Required, transposed: true);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights) => ops.Add(base.Embed(ops, weights), ops.EmbedPositions(weights["position_embd"]));

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        AttentionSpec attention = _inverseLayerScale ? _attention with { Scale = _attention.Scale / (l.Index + 1) } : _attention;
        x = ops.Add(x, ops.SelfAttention(ops.LayerNorm(x, l["attn_norm"], _epsilon), l, attention));
        return ops.Add(x, ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);
}
