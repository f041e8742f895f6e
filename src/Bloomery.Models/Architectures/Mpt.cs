using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// MPT (MosaicML 2023): ALiBi, norms without biases, no biases at all. Like the reference library it ignores the options for which it never had a
/// checkpoint; GGUF files have them by their tensors: biases, positions, norms of queries and keys.
/// </summary>
[Key("mpt")]
internal sealed class Mpt : DecoderArchitecture
{
    private const string MaxBias = "gguf.attention.max_alibi_bias";
    private readonly AttentionSpec _attention;
    private readonly float _clip, _epsilon;
    private readonly int _inner;

    /// <summary>Reads the configuration.</summary>
    public Mpt(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        ModelConfig? options = c.Section("attn_config");
        double bias = c.DoubleOrNull(MaxBias) ?? 8;
        float? scale = options?.DoubleOrNull("softmax_scale") is { } s ? (float)s : null;
        _attention = heads.Attention(scale) with { Slopes = bias > 0 ? Alibi.Slopes(heads.Heads, bias) : null };
        _clip = (float)(options?.DoubleOrNull("clip_qkv") ?? c.DoubleOrNull("gguf.attention.clamp_kqv") ?? 0);
        if (_clip < 0) throw c.Error("clip_qkv", $"is {_clip}; a positive limit is needed");
        _inner = c.SizeOr(checked(4 * HiddenSize), "gguf.feed_forward_length");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Root.EmbeddingAndHead("wte", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        BiasRule bias = BiasRule.IfPresentInGguf;
        if (map.Holds("position_embd.weight")) map.Root.Embedding("position_embd", "wpe", ContextLength, HiddenSize, "max_position_embeddings");
        map.Root.Norm("output_norm", "norm_f", HiddenSize, bias);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"blocks.{i}.");
            l.Norm("attn_norm", "norm_1", HiddenSize, bias);
            if (map.Holds($"blk.{i}.attn_q_norm.weight"))
            {
                l.Norm("attn_q_norm", "", _attention.Heads * _attention.KeyDim, bias);
                l.Norm("attn_k_norm", "", _attention.KvHeads * _attention.KeyDim, bias);
            }
            l.FusedQkv("attn.Wqkv", _attention, HiddenSize, BiasRule.None);
            l.Linear("attn_output", "attn.out_proj", HiddenSize, HiddenSize);
            l.Norm("ffn_norm", "norm_2", HiddenSize, bias);
            l.Mlp("ffn.up_proj", "ffn.down_proj", HiddenSize, _inner, BiasRule.None);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights)
    {
        Value x = base.Embed(ops, weights);
        return weights.TryGet("position_embd", out Weight? positions) ? ops.Add(x, ops.EmbedPositions(positions)) : x;
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        Value q = Clip(ops, ops.Linear(h, l["attn_q"])), k = Clip(ops, ops.Linear(h, l["attn_k"])), v = Clip(ops, ops.Linear(h, l["attn_v"]));
        if (l.Has("attn_q_norm", out Weight? norm)) (q, k) = (ops.LayerNorm(q, norm, _epsilon), ops.LayerNorm(k, l["attn_k_norm"], _epsilon));
        x = ops.Add(x, ops.Linear(ops.Attention(q, k, v, _attention), l["attn_output"]));
        return ops.Add(x, ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, Activation.GeluErf));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    private Value Clip(Ops ops, Value x) => _clip > 0 ? ops.Clamp(x, _clip) : x;

    /// <summary>What its GGUF files say.</summary>
    [Key("mpt")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Default(MaxBias, 0); // none
        }
    }
}
