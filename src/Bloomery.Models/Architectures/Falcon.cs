using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// Falcon in its three forms (arXiv 2311.16867): old with one kv head or with all, new with groups and a norm for each branch; rotary positions or ALiBi.
/// </summary>
[Key("falcon")]
internal sealed class Falcon : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary? _rotary;
    private readonly Activation _activation;
    private readonly bool _new, _parallel, _twoNorms, _multiQuery;
    private readonly BiasRule _bias;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Falcon(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        int stated = c.SizeOr(heads.Heads, "num_kv_heads");
        _new = c.BoolOr(false, "new_decoder_architecture");
        _multiQuery = c.BoolOr(true, "multi_query");
        heads = HeadShape.Checked(c, heads.Heads, _multiQuery && !_new ? 1 : stated, heads.HeadDim);
        _parallel = c.BoolOr(true, "parallel_attn");
        if (_new) c.Require(_parallel, "parallel_attn", "the new decoder architecture has its branches side by side");
        int norms = c.IntOr(2, "num_ln_in_parallel_attn");
        if (_new) c.Require(norms is 1 or 2, "num_ln_in_parallel_attn", "1 and 2 are supported");
        _twoNorms = _new && norms == 2;
        _attention = heads.Attention();
        if (c.BoolOr(false, "alibi"))
        {
            float[] slopes = [.. Alibi.Slopes(heads.Heads).Select(RoundToBFloat16)];
            _attention = _attention with { Slopes = slopes, AlibiScale = _attention.Scale, RoundAlibi = true };
        }
        else
        {
            _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c));
        }
        _activation = c.ActivationOr(Activation.GeluErf, "activation");
        _bias = BlockParts.Bias(c.BoolOr(false, "bias"));
        _inner = BlockParts.InnerSize(c, HiddenSize, "ffn_hidden_size");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => _rotary is null ? [] : [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Root.EmbeddingAndHead("word_embeddings", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "ln_f", HiddenSize, BiasRule.Required);
        int d = _attention.KeyDim, group = _attention.Heads / _attention.KvHeads, stride = (group + 2) * d;
        // One kv head is the case of a single group: all q, one k, one v.
        RowSelection q = RowSelection.PerGroup(_attention.KvHeads, stride, 0, group * d);
        RowSelection k = RowSelection.PerGroup(_attention.KvHeads, stride, group * d, d),
            v = RowSelection.PerGroup(_attention.KvHeads, stride, (group + 1) * d, d);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"h.{i}.");
            // GGUF: attn_norm feeds the feed-forward (ln_mlp), attn_norm_2 attention (ln_attn).
            l.Norm("attn_norm", _twoNorms ? "ln_mlp" : "input_layernorm", HiddenSize, BiasRule.Required);
            if (_twoNorms) l.Norm("attn_norm_2", "ln_attn", HiddenSize, BiasRule.Required);
            if (!_parallel) l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required);
            l.FusedQkv("self_attention.query_key_value", _attention, HiddenSize, _bias, q, k, v);
            l.Linear("attn_output", "self_attention.dense", HiddenSize, HiddenSize, _bias);
            l.Mlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h", HiddenSize, _inner, _bias);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        Value toAttention = l.Has("attn_norm_2", out Weight? second) ? ops.LayerNorm(x, second, _epsilon) : h;
        Value attended = ops.SelfAttention(toAttention, l, _attention, _rotary);
        if (_parallel) return ops.Add(x, ops.Add(attended, ops.Mlp(h, l, _activation)));
        x = ops.Add(x, attended);
        return ops.Add(x, ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    private static float RoundToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    /// <summary>What its GGUF files say.</summary>
    [Key("falcon")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            int kv = t.Whole("attention.head_count_kv") ?? t.Size("attention.head_count");
            t.Set("num_kv_heads", kv, "attention.head_count_kv");
            t.Set("new_decoder_architecture", kv > 1);
            t.Set("multi_query", kv == 1);
            t.Set("num_ln_in_parallel_attn", t.HasTensor("blk.0.attn_norm_2.weight") ? 2 : 1);
        }
    }
}
