using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>BART (arXiv 1910.13461): learned positions and a norm on the embeddings of both sides, norms after the branches.</summary>
[Key("bart")]
internal sealed class Bart : EncoderDecoderArchitecture
{
    private const float Epsilon = 1e-5f;
    private const int PositionOffset = 2;
    private readonly AttentionSpec _encoder, _decoder, _cross;
    private readonly Activation _activation;
    private readonly int _encoderInner, _decoderInner, _positions;
    private readonly float _scale;

    /// <summary>Reads the configuration.</summary>
    public Bart(ModelConfig c) : base(c)
    {
        LayerCount = c.Count("decoder_layers", "num_hidden_layers");
        EncoderLayerCount = c.Count("encoder_layers", "num_hidden_layers");
        _encoder = Heads("encoder_attention_heads") with { After = AttentionTile.Unbounded };
        _decoder = Heads("decoder_attention_heads");
        _cross = _decoder with { After = AttentionTile.Unbounded };
        _activation = c.ActivationOr(Activation.GeluErf, "activation_function");
        _encoderInner = c.Size("encoder_ffn_dim");
        _decoderInner = c.Size("decoder_ffn_dim");
        _positions = c.SizeOr(1024, "max_position_embeddings");
        _scale = c.BoolOr(false, "scale_embedding") ? MathF.Sqrt(HiddenSize) : 1;
    }

    /// <inheritdoc/>
    public override int? DecoderStartId => (int?)Config.NullableOr(2, "decoder_start_token_id");

    /// <inheritdoc/>
    public override int? ForcedEosId => (int?)Config.NullableOr(2, "forced_eos_token_id");

    /// <inheritdoc/>
    public override int ContextLength => _positions;

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Ignore("encoder.version", "decoder.version"); // of conversions from fairseq
        map.IgnoreUnder("classification_head.", "qa_outputs."); // heads for other tasks
        LayerMap root = map.Root;
        root.EmbeddingAndHead(["shared", "encoder.embed_tokens", "decoder.embed_tokens"], "lm_head", VocabularySize, HiddenSize,
            Config.BoolOr(true, "tie_word_embeddings"));
        root.Vector("output.bias", "final_logits_bias", VocabularySize, optional: true);
        MapSide(map, "enc", "encoder", EncoderLayerCount, _encoder, _encoderInner, cross: false);
        MapSide(map, "dec", "decoder", LayerCount, _decoder, _decoderInner, cross: true);
    }

    /// <inheritdoc/>
    protected override Value EmbedEncoder(Ops ops, WeightSet weights) => Embed(ops, weights, "enc");

    /// <inheritdoc/>
    protected override Value EncoderBlock(Ops ops, Value x, Layer l)
    {
        x = ops.LayerNorm(ops.Add(x, ops.SelfAttention(x, l, _encoder)), l["attn_norm"], Epsilon);
        return ops.LayerNorm(ops.Add(x, ops.Mlp(x, l, _activation)), l["ffn_norm"], Epsilon);
    }

    /// <inheritdoc/>
    protected override void StoreCross(Ops ops, Value x, Layer l) => ops.StoreCross(ops.Linear(x, l["cross_attn_k"]), ops.Linear(x, l["cross_attn_v"]), _cross);

    /// <inheritdoc/>
    protected override Value EmbedDecoder(Ops ops, WeightSet weights) => Embed(ops, weights, "dec");

    /// <inheritdoc/>
    protected override Value DecoderBlock(Ops ops, Value x, Layer l)
    {
        x = ops.LayerNorm(ops.Add(x, ops.SelfAttention(x, l, _decoder)), l["attn_norm"], Epsilon);
        Value attended = ops.CrossAttention(ops.Linear(x, l["cross_attn_q"]), _cross);
        x = ops.LayerNorm(ops.Add(x, ops.Linear(attended, l["cross_attn_output"])), l["cross_attn_norm"], Epsilon);
        return ops.LayerNorm(ops.Add(x, ops.Mlp(x, l, _activation)), l["ffn_norm"], Epsilon);
    }

    /// <inheritdoc/>
    protected override Value Head(Ops ops, Value x, WeightSet weights) => ops.Linear(x, weights["output"]);

    private AttentionSpec Heads(string key)
    {
        int heads = Config.Size(key);
        if (HiddenSize % heads != 0) throw Config.Error(key, $"is {heads}, which does not divide the hidden size {HiddenSize}");
        return HeadShape.Checked(Config, heads, heads, HiddenSize / heads).Attention();
    }

    private Value Embed(Ops ops, WeightSet weights, string side)
    {
        Weight words = SideEmbedding(weights, side);
        Value x = ops.Add(ops.Embed(words, _scale), ops.EmbedPositions(weights[$"{side}.position_embd"], PositionOffset));
        return ops.LayerNorm(x, weights[$"{side}.token_embd_norm"], Epsilon);
    }

    private void MapSide(WeightMap map, string canonical, string source, int layers, AttentionSpec spec, int inner, bool cross)
    {
        LayerMap side = map.Under($"{canonical}.", $"{source}.");
        side.SideEmbedding("token_embd", "embed_tokens", VocabularySize, HiddenSize);
        side.Embedding("position_embd", "embed_positions", checked(_positions + PositionOffset), HiddenSize, "max_position_embeddings");
        side.Norm("token_embd_norm", "layernorm_embedding", HiddenSize, BiasRule.Required);
        for (int i = 0; i < layers; i++)
        {
            LayerMap l = map.Layer(i, $"{canonical}.blk.{i}.", $"{source}.layers.{i}.");
            l.Separate(spec, HiddenSize);
            l.Linear("attn_output", "self_attn.out_proj", HiddenSize, HiddenSize, BiasRule.Required);
            l.Norm("attn_norm", "self_attn_layer_norm", HiddenSize, BiasRule.Required);
            if (cross)
            {
                foreach (string part in (string[])["q", "k", "v"])
                    l.Linear($"cross_attn_{part}", $"encoder_attn.{part}_proj", HiddenSize, HiddenSize, BiasRule.Required);
                l.Linear("cross_attn_output", "encoder_attn.out_proj", HiddenSize, HiddenSize, BiasRule.Required);
                l.Norm("cross_attn_norm", "encoder_attn_layer_norm", HiddenSize, BiasRule.Required);
            }
            l.Mlp("fc1", "fc2", HiddenSize, inner, BiasRule.Required);
            l.Norm("ffn_norm", "final_layer_norm", HiddenSize, BiasRule.Required);
        }
    }
}
