using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// T5 (arXiv 1910.10683): norms without mean, attention without scale but with a bias by relative position that all layers share, no other biases.
/// </summary>
[Key("t5")]
internal sealed class T5 : EncoderDecoderArchitecture
{
    private const int MostDistance = 1 << 16;
    private readonly AttentionSpec _attention;
    private readonly bool _scaleOutputs, _byHead; // GGUF files say that outputs are scaled by having no head of their own
    private readonly Activation _activation;
    private readonly bool _gated;
    private readonly int _inner, _buckets, _maxDistance;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public T5(ModelConfig c) : base(c)
    {
        EncoderLayerCount = c.Count("num_layers", "num_hidden_layers");
        LayerCount = c.CountOr(EncoderLayerCount, "num_decoder_layers");
        int heads = c.Size("num_heads", "num_attention_heads"), dim = c.SizeOr(64, "d_kv", "head_dim");
        _attention = HeadShape.Checked(c, heads, heads, dim).Attention(1) with { After = AttentionTile.Unbounded };
        string projection = c.StringOr("relu", "feed_forward_proj");
        _gated = projection.StartsWith("gated-", StringComparison.Ordinal);
        string act = _gated ? projection["gated-".Length..] : projection;
        // The published v1.1 checkpoints say gated-gelu and were trained with the tanh form.
        act = c.StringOr(projection == "gated-gelu" ? "gelu_new" : act, "dense_act_fn");
        _gated = c.BoolOr(_gated, "is_gated_act");
        _activation = Activations.Parse(act)
            ?? throw c.Error("feed_forward_proj", $"is '{projection}', an activation that is not supported; supported are {Activations.Names}");
        _inner = c.Size("d_ff");
        _buckets = c.SizeOr(32, "relative_attention_num_buckets");
        _maxDistance = c.SizeOr(128, "relative_attention_max_distance");
        if (_buckets < 4 || _maxDistance <= _buckets / 2 || _maxDistance > MostDistance)
            throw c.Error("relative_attention_max_distance",
                $"is {_maxDistance} with {_buckets} buckets; at least 4 buckets are needed, and a distance above half of them, up to {MostDistance}");
        // Only a plain "no" means that outputs are not scaled; the tables are tied all the same unless the file holds both.
        bool tied = !c.Has("tie_word_embeddings") || c.BoolOr(true, "tie_word_embeddings");
        _byHead = c.Has("gguf.attention.relative_buckets_count");
        _scaleOutputs = c.BoolOr(tied, "scale_decoder_outputs") && !_byHead;
        _epsilon = c.Epsilon(1e-6f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override int ContextLength => Config.SizeOr(512, "n_positions", "max_position_embeddings");

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Ignore("EncDecAttention.relative_attention_bias.weight");
        for (int i = 0; i < LayerCount; i++) map.Ignore($"dec.blk.{i}.cross_attn_rel_b.weight");
        map.Root.EmbeddingAndHead(["shared", "encoder.embed_tokens", "decoder.embed_tokens"], "lm_head", VocabularySize, HiddenSize, tied: true);
        MapSide(map, "enc", "encoder", EncoderLayerCount, cross: false);
        MapSide(map, "dec", "decoder", LayerCount, cross: true);
    }

    /// <inheritdoc/>
    protected override Value EmbedEncoder(Ops ops, WeightSet weights) => ops.Embed(SideEmbedding(weights, "enc"));

    /// <inheritdoc/>
    protected override Value EncoderBlock(Ops ops, Value x, Layer l)
    {
        AttentionSpec attention = ops.Once("encoder", () => Biased(l.Weights["enc.relative_bias"], bidirectional: true));
        x = ops.Add(x, ops.SelfAttention(ops.RmsNorm(x, l["attn_norm"], _epsilon), l, attention));
        return ops.Add(x, FeedForward(ops, x, l));
    }

    /// <inheritdoc/>
    protected override Value EncoderNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["enc.output_norm"], _epsilon);

    /// <inheritdoc/>
    protected override void StoreCross(Ops ops, Value x, Layer l) =>
        ops.StoreCross(ops.Linear(x, l["cross_attn_k"]), ops.Linear(x, l["cross_attn_v"]), _attention);

    /// <inheritdoc/>
    protected override Value EmbedDecoder(Ops ops, WeightSet weights) => ops.Embed(SideEmbedding(weights, "dec"));

    /// <inheritdoc/>
    protected override Value DecoderBlock(Ops ops, Value x, Layer l)
    {
        AttentionSpec attention = ops.Once("decoder", () => Biased(l.Weights["dec.relative_bias"], bidirectional: false) with { After = 1 });
        x = ops.Add(x, ops.SelfAttention(ops.RmsNorm(x, l["attn_norm"], _epsilon), l, attention));
        Value q = ops.Linear(ops.RmsNorm(x, l["cross_attn_norm"], _epsilon), l["cross_attn_q"]);
        x = ops.Add(x, ops.Linear(ops.CrossAttention(q, _attention), l["cross_attn_output"]));
        return ops.Add(x, FeedForward(ops, x, l));
    }

    /// <inheritdoc/>
    protected override Value DecoderNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["dec.output_norm"], _epsilon);

    /// <inheritdoc/>
    protected override Value Head(Ops ops, Value x, WeightSet weights) =>
        ops.Linear(ScalesOutputs(weights) ? ops.Scale(x, 1 / MathF.Sqrt(HiddenSize)) : x, weights["output"]);

    private bool ScalesOutputs(WeightSet weights) => _byHead ? ReferenceEquals(weights["output"].Matrix, weights["token_embd"].Matrix) : _scaleOutputs;

    private Value FeedForward(Ops ops, Value x, Layer l)
    {
        Value h = ops.RmsNorm(x, l["ffn_norm"], _epsilon);
        return _gated ? ops.GatedMlp(h, l, _activation) : ops.Mlp(h, l, _activation);
    }

    private AttentionSpec Biased(Weight table, bool bidirectional)
    {
        float[] values = new float[checked(table.Matrix.Rows * table.Matrix.Columns)];
        table.Matrix.Dequantize(0, table.Matrix.Rows, values);
        // Distances from maxDistance on share a bucket, so a clamped table holds them all.
        float[] bias = RelativeBuckets.Table(values, _attention.Heads, bidirectional, _buckets, _maxDistance, _maxDistance);
        return _attention with { RelativeBias = bias, RelativeSpan = _maxDistance };
    }

    private void MapSide(WeightMap map, string canonical, string source, int layers, bool cross)
    {
        LayerMap side = map.Under($"{canonical}.", $"{source}.");
        side.SideEmbedding("token_embd", "embed_tokens", VocabularySize, HiddenSize);
        side.Norm("output_norm", "final_layer_norm", HiddenSize);
        map.Under($"{canonical}.", $"{source}.block.0.layer.0.").Embedding("relative_bias", "SelfAttention.relative_attention_bias", _buckets, _attention.Heads,
            "relative_attention_num_buckets", "blk.0.attn_rel_b");
        int columns = _attention.Heads * _attention.KeyDim;
        for (int i = 0; i < layers; i++)
        {
            LayerMap l = map.Layer(i, $"{canonical}.blk.{i}.", $"{source}.block.{i}.layer.");
            l.Norm("attn_norm", "0.layer_norm", HiddenSize);
            MapAttention(l, "attn", "0.SelfAttention", columns);
            if (cross)
            {
                l.Norm("cross_attn_norm", "1.layer_norm", HiddenSize);
                MapAttention(l, "cross_attn", "1.EncDecAttention", columns);
            }
            string ffn = cross ? "2." : "1.";
            l.Norm("ffn_norm", ffn + "layer_norm", HiddenSize);
            if (_gated) l.Linear("ffn_gate", ffn + "DenseReluDense.wi_0", _inner, HiddenSize);
            l.Linear("ffn_up", ffn + (_gated ? "DenseReluDense.wi_1" : "DenseReluDense.wi"), _inner, HiddenSize);
            l.Linear("ffn_down", ffn + "DenseReluDense.wo", HiddenSize, _inner);
        }
    }

    private void MapAttention(LayerMap l, string target, string source, int columns)
    {
        foreach (string part in (string[])["q", "k", "v"]) l.Linear($"{target}_{part}", $"{source}.{part}", columns, HiddenSize);
        l.Linear($"{target}_output", $"{source}.o", HiddenSize, columns, gguf: $"{target}_o");
    }

    /// <summary>What its GGUF files say.</summary>
    [Key("t5")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.TakeRequired("layer_norm_epsilon", "attention.layer_norm_rms_epsilon");
            t.TakeRequired("relative_attention_num_buckets", "attention.relative_buckets_count");
            // The format knows plain ReLU and gated GELU, and tells them by the gate's matrix.
            t.Set("feed_forward_proj", t.HasTensor("enc.blk.0.ffn_gate.weight") ? "gated-gelu" : "relu");
        }
    }
}
