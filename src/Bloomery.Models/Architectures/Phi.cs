using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Phi 1, 1.5 and 2 (arXiv 2309.05463): attention and feed-forward side by side after one layer norm, partial rotation, biases everywhere.</summary>
[Key("phi"), Key("phi2")]
internal sealed class Phi : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly bool _headNorms;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Phi(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c), 0.5);
        _activation = c.ActivationOr(Activation.GeluTanh, "hidden_act");
        _headNorms = c.BoolOr(false, "qk_layernorm");
        _inner = c.SizeOr(4 * HiddenSize, "intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"), BiasRule.Required);
        map.Root.Norm("output_norm", "final_layernorm", HiddenSize, BiasRule.Required);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required);
            l.Separate(_attention, HiddenSize);
            l.Linear("attn_output", "self_attn.dense", HiddenSize, _attention.Heads * _attention.ValueDim, BiasRule.Required);
            if (_headNorms)
            {
                l.Norm("attn_q_norm", "self_attn.q_layernorm", _attention.KeyDim, BiasRule.Required);
                l.Norm("attn_k_norm", "self_attn.k_layernorm", _attention.KeyDim, BiasRule.Required);
            }
            l.Mlp("mlp.fc1", "mlp.fc2", HiddenSize, _inner, BiasRule.Required);
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
        Value attended = ops.Linear(ops.Attention(q, k, v, _attention), l["attn_output"]);
        return ops.Add(x, ops.Add(attended, ops.Mlp(h, l, _activation)));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);
}
