using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>StarCoder 2 (arXiv 2402.19173): layer norms, biases, grouped queries, rotary positions, sliding window.</summary>
[Key("starcoder2")]
internal sealed class Starcoder2 : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly BiasRule _bias;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Starcoder2(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize, 2);
        _attention = heads.Attention().Windowed(BlockParts.Window(c, null));
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c));
        _activation = c.ActivationOr(Activation.GeluTanh, "hidden_act");
        _bias = BlockParts.Bias(c.BoolOr(true, "use_bias"));
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "norm_epsilon");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize, BiasRule.Required);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required);
            l.Qkv(_attention, HiddenSize, _bias, _bias);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required);
            l.Mlp("mlp.c_fc", "mlp.c_proj", HiddenSize, _inner, _bias);
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
