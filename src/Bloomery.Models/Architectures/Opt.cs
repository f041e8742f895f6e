using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>OPT (arXiv 2205.01068): learned positions, norms before or after the branches, embeddings that may be narrower than the blocks.</summary>
[Key("opt")]
internal sealed class Opt : DecoderArchitecture
{
    private const float Epsilon = 1e-5f;
    private const int PositionOffset = 2;
    private readonly AttentionSpec _attention;
    private readonly Activation _activation;
    private readonly bool _normFirst, _affine, _finalNorm;
    private readonly BiasRule _bias;
    private readonly int _inner, _embedding;

    /// <summary>Reads the configuration.</summary>
    public Opt(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _attention = heads.Attention();
        _activation = c.ActivationOr(Activation.Relu, "activation_function");
        _normFirst = c.BoolOr(true, "do_layer_norm_before");
        _affine = c.BoolOr(true, "layer_norm_elementwise_affine");
        _finalNorm = _normFirst && !c.BoolOr(false, "_remove_final_layer_norm");
        _bias = BlockParts.Bias(c.BoolOr(true, "enable_bias"));
        _inner = c.Size("ffn_dim");
        _embedding = c.SizeOr(HiddenSize, "word_embed_proj_dim");
    }

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("decoder.");
        map.Prefix("model.decoder.");
        LayerMap root = map.Root;
        root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, _embedding, Config.BoolOr(true, "tie_word_embeddings"));
        root.Embedding("position_embd", "embed_positions", checked(ContextLength + PositionOffset), HiddenSize, "max_position_embeddings");
        if (_embedding != HiddenSize)
        {
            root.Linear("project_in", "project_in", HiddenSize, _embedding);
            root.Linear("project_out", "project_out", _embedding, HiddenSize);
        }
        if (_finalNorm && _affine) root.Norm("output_norm", "final_layer_norm", HiddenSize, BiasRule.Required);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Separate(_attention, HiddenSize, _bias);
            l.Linear("attn_output", "self_attn.out_proj", HiddenSize, HiddenSize, _bias);
            l.Mlp("fc1", "fc2", HiddenSize, _inner, _bias);
            if (!_affine) continue;
            l.Norm("attn_norm", "self_attn_layer_norm", HiddenSize, BiasRule.Required);
            l.Norm("ffn_norm", "final_layer_norm", HiddenSize, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights)
    {
        Value x = ops.Embed(weights["token_embd"]);
        if (_embedding != HiddenSize) x = ops.Linear(x, weights["project_in"]);
        return ops.Add(x, ops.EmbedPositions(weights["position_embd"], PositionOffset));
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        if (_normFirst)
        {
            x = ops.Add(x, ops.SelfAttention(Norm(ops, x, l, "attn_norm"), l, _attention));
            return ops.Add(x, ops.Mlp(Norm(ops, x, l, "ffn_norm"), l, _activation));
        }
        x = Norm(ops, ops.Add(x, ops.SelfAttention(x, l, _attention)), l, "attn_norm");
        return Norm(ops, ops.Add(x, ops.Mlp(x, l, _activation)), l, "ffn_norm");
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) =>
        _finalNorm ? ops.LayerNorm(x, _affine ? weights["output_norm"] : null, Epsilon) : x;

    /// <inheritdoc/>
    protected override Value Project(Ops ops, Value x, WeightSet weights) => _embedding == HiddenSize ? x : ops.Linear(x, weights["project_out"]);

    private Value Norm(Ops ops, Value x, Layer l, string name) => ops.LayerNorm(x, _affine ? l[name] : null, Epsilon);
}
