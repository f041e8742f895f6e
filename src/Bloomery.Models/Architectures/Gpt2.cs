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
        HeadShape heads = HeadShape.ReadEqual(c, Hidden);
        _attention = heads.Attention(c.BoolOr(true, "scale_attn_weights") ? null : 1);
        _activation = c.ActivationOr(Activation.GeluTanh, "activation_function");
        _inverseLayerScale = c.BoolOr(false, "scale_attn_by_inverse_layer_idx");
        _inner = BlockParts.InnerSize(c, Hidden, "n_inner");
        _epsilon = c.FloatOr(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override int ContextLength => Config.SizeOr(1024, "n_positions", "max_position_embeddings");

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Root.Words("wte", "lm_head", Vocabulary, Hidden, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Embedding("position_embd", "wpe", ContextLength, Hidden, "n_positions");
        map.Root.Norm("output_norm", "ln_f", Hidden, BiasRule.Required);
        bool transposed = !map.IsGguf;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"h.{i}.");
            l.Norm("attn_norm", "ln_1", Hidden, BiasRule.Required);
            l.FusedQkv("attn.c_attn", _attention, Hidden, BiasRule.Required, transposed: transposed);
            l.Linear("attn_output", new WeightSource("attn.c_proj", null, transposed), Hidden, Hidden, BiasRule.Required);
            l.Norm("ffn_norm", "ln_2", Hidden, BiasRule.Required);
            l.Mlp("mlp.c_fc", "mlp.c_proj", Hidden, _inner, BiasRule.Required, transposed);
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
