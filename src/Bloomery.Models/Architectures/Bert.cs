using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// BERT (arXiv 1810.04805), RoBERTa (arXiv 1907.11692) and XLM-RoBERTa (arXiv 1911.02116): word, position and type embeddings, norms after the branches, a
/// pooler over the first token.
/// </summary>
[Key("bert"), Key("roberta"), Key("xlm-roberta")]
internal sealed class Bert : EncoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Activation _activation;
    private readonly bool _roberta;
    private readonly int _inner, _types, _padding, _positions;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Bert(ModelConfig c) : base(c)
    {
        string positions = c.StringOr("absolute", "position_embedding_type");
        c.Require(positions == "absolute", "position_embedding_type", "absolute is supported");
        _roberta = c.ModelType != "bert";
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        bool causal = c.BoolOr(false, "is_decoder");
        _attention = heads.Attention() with { After = causal ? 1 : AttentionTile.Unbounded };
        _activation = c.ActivationOr(Activation.GeluErf, "hidden_act");
        _inner = c.Size("intermediate_size");
        _types = c.CountOr(2, "type_vocab_size");
        _padding = c.CountOr(_roberta ? 1 : 0, "pad_token_id");
        _positions = c.SizeOr(512, "max_position_embeddings");
        _epsilon = c.Epsilon(1e-12f, "layer_norm_eps");
    }

    /// <inheritdoc/>
    public override int ContextLength => _roberta ? _positions - _padding - 1 : _positions;

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("bert.");
        map.Prefix("roberta.");
        map.IgnoreUnder("cls.", "lm_head.", "classifier.", "qa_outputs."); // heads for other tasks
        LayerMap root = map.Root;
        root.Embedding("token_embd", "embeddings.word_embeddings", VocabularySize, HiddenSize, "vocab_size");
        root.Embedding("position_embd", "embeddings.position_embeddings", _positions, HiddenSize, "max_position_embeddings");
        if (_types > 0) root.Embedding("token_types", "embeddings.token_type_embeddings", _types, HiddenSize, "type_vocab_size");
        root.Norm("token_embd_norm", "embeddings.LayerNorm", HiddenSize, BiasRule.Required);
        if (map.Contains("pooler.dense.weight")) root.Linear("pooler", "pooler.dense", HiddenSize, HiddenSize, BiasRule.Required);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"encoder.layer.{i}.");
            l.Separate(_attention, HiddenSize, BiasRule.Required, "attention.self.", ["query", "key", "value"]);
            l.Linear("attn_output", "attention.output.dense", HiddenSize, HiddenSize, BiasRule.Required);
            l.Norm("attn_output_norm", "attention.output.LayerNorm", HiddenSize, BiasRule.Required);
            l.Mlp("intermediate.dense", "output.dense", HiddenSize, _inner, BiasRule.Required);
            l.Norm("layer_output_norm", "output.LayerNorm", HiddenSize, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights)
    {
        Value x = ops.Embed(weights["token_embd"]);
        if (weights.TryGet("token_types", out Weight? types)) x = ops.Add(x, ops.EmbedTypes(types));
        Weight positions = weights["position_embd"]; // in GGUF files the rows up to the padding's are cut
        x = ops.Add(x, _roberta ? ops.EmbedCountedPositions(positions, _padding) : ops.EmbedPositions(positions));
        return ops.LayerNorm(x, weights["token_embd_norm"], _epsilon);
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        x = ops.LayerNorm(ops.Add(x, ops.SelfAttention(x, l, _attention)), l["attn_output_norm"], _epsilon);
        return ops.LayerNorm(ops.Add(x, ops.Mlp(x, l, _activation)), l["layer_output_norm"], _epsilon);
    }

    /// <inheritdoc/>
    protected override Value? Pool(Ops ops, Value x, WeightSet weights) =>
        weights.TryGet("pooler", out Weight? pooler) ? ops.Activate(ops.Linear(ops.Select(x), pooler), Activation.Tanh) : null;

    /// <summary>What its GGUF files say.</summary>
    [Key("bert")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Set("is_decoder", t.Flag("attention.causal", false), "attention.causal");
            if (!t.HasTensor("token_types.weight")) t.Set("type_vocab_size", 0);
        }
    }
}
