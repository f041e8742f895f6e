using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Persimmon (Adept 2023): layer norms, also of each query and key head, q, k, v interleaved by head, partial rotation, squared ReLU.</summary>
[Key("persimmon")]
internal sealed class Persimmon : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly bool _headNorms;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Persimmon(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c), 0.5);
        _activation = c.ActivationOr(Activation.ReluSquared, "hidden_act");
        _headNorms = c.BoolOr(true, "qk_layernorm");
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "final_layernorm", HiddenSize, BiasRule.Required);
        int heads = _attention.Heads, d = _attention.KeyDim;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required);
            l.FusedQkv("self_attn.query_key_value", _attention, HiddenSize, BiasRule.Required,
                RowSelection.PerGroup(heads, 3 * d, 0, d), RowSelection.PerGroup(heads, 3 * d, d, d), RowSelection.PerGroup(heads, 3 * d, 2 * d, d));
            l.Linear("attn_output", "self_attn.dense", HiddenSize, HiddenSize, BiasRule.Required);
            if (_headNorms)
            {
                l.Norm("attn_q_norm", "self_attn.q_layernorm", d, BiasRule.Required);
                l.Norm("attn_k_norm", "self_attn.k_layernorm", d, BiasRule.Required);
            }
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required);
            l.Mlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h", HiddenSize, _inner, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Linear(h, l["attn_q"]), k = ops.Linear(h, l["attn_k"]), v = ops.Linear(h, l["attn_v"]);
        if (_headNorms)
        {
            q = ops.LayerNorm(q, l["attn_q_norm"], _epsilon, _attention.KeyDim);
            k = ops.LayerNorm(k, l["attn_k_norm"], _epsilon, _attention.KeyDim);
        }
        (q, k) = (ops.Rope(q, _rotary, _attention.KeyDim), ops.Rope(k, _rotary, _attention.KeyDim));
        x = ops.Add(x, ops.Linear(ops.Attention(q, k, v, _attention), l["attn_output"]));
        return ops.Add(x, ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);
}
