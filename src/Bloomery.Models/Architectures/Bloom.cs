using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>BLOOM (arXiv 2211.05100): ALiBi instead of positions, a norm on the embeddings, q, k, v interleaved by head.</summary>
[Key("bloom")]
internal sealed class Bloom : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly bool _residualAfterNorm;
    private readonly bool _dropDenseBias;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Bloom(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _attention = heads.Attention() with { Slopes = Alibi.Slopes(heads.Heads) };
        _residualAfterNorm = c.BoolOr(false, "apply_residual_connection_post_layernorm");
        // The reference sums slices of these products without their biases when it imitates tensor parallelism.
        _dropDenseBias = c.BoolOr(false, "slow_but_exact") && c.IntOr(1, "pretraining_tp") > 1;
        _inner = c.SizeOr(checked(4 * HiddenSize), "gguf.feed_forward_length");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Root.EmbeddingAndHead("word_embeddings", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Norm("token_embd_norm", "word_embeddings_layernorm", HiddenSize, BiasRule.Required);
        map.Root.Norm("output_norm", "ln_f", HiddenSize, BiasRule.Required);
        int heads = _attention.Heads, d = _attention.KeyDim;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"h.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required);
            l.FusedQkv("self_attention.query_key_value", _attention, HiddenSize, BiasRule.Required,
                RowSelection.PerGroup(heads, 3 * d, 0, d), RowSelection.PerGroup(heads, 3 * d, d, d), RowSelection.PerGroup(heads, 3 * d, 2 * d, d));
            l.Linear("attn_output", "self_attention.dense", HiddenSize, HiddenSize, BiasRule.Required);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required);
            l.Linear("ffn_up", "mlp.dense_h_to_4h", _inner, HiddenSize, BiasRule.Required);
            l.Linear("ffn_down", "mlp.dense_4h_to_h", HiddenSize, _inner, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights) => ops.LayerNorm(base.Embed(ops, weights), weights["token_embd_norm"], _epsilon);

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Linear(h, l["attn_q"]), k = ops.Linear(h, l["attn_k"]), v = ops.Linear(h, l["attn_v"]);
        Value attended = ops.Linear(ops.Attention(q, k, v, _attention), Dense(l["attn_output"]));
        x = ops.Add(_residualAfterNorm ? h : x, attended);
        h = ops.LayerNorm(x, l["ffn_norm"], _epsilon);
        Value inner = ops.Activate(ops.Linear(h, l["ffn_up"]), Activation.GeluTanh);
        return ops.Add(_residualAfterNorm ? h : x, ops.Linear(inner, Dense(l["ffn_down"])));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    private Weight Dense(Weight weight) => _dropDenseBias ? new Weight(weight.Name, weight.Matrices, null, null) { Scales = weight.Scales } : weight;
}
