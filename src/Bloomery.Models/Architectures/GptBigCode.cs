using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// GPTBigCode (SantaCoder, arXiv 2301.03988; StarCoder, arXiv 2305.06161): GPT-2 with one kv head for all query heads, or with q, k, v interleaved by head.
/// </summary>
[Key("gpt_bigcode"), Key("starcoder")]
internal sealed class GptBigCode : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Activation _activation;
    private readonly bool _multiQuery;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public GptBigCode(ModelConfig c) : base(c)
    {
        c.Require(!c.BoolOr(false, "add_cross_attention"), "add_cross_attention", "decoders without cross-attention are supported");
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _multiQuery = c.BoolOr(true, "multi_query");
        _attention = (heads with { KvHeads = _multiQuery ? 1 : heads.Heads }).Attention(c.BoolOr(true, "scale_attn_weights") ? null : 1);
        _activation = c.ActivationOr(Activation.GeluTanh, "activation_function");
        _inner = BlockParts.InnerSize(c, HiddenSize, "n_inner");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override int ContextLength => Config.SizeOr(1024, "n_positions", "max_position_embeddings");

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Root.EmbeddingAndHead("wte", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(true, "tie_word_embeddings"));
        map.Root.Embedding("position_embd", "wpe", ContextLength, HiddenSize, "n_positions");
        map.Root.Norm("output_norm", "ln_f", HiddenSize, BiasRule.Required);
        int heads = _attention.Heads, d = _attention.KeyDim;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"h.{i}.");
            l.Norm("attn_norm", "ln_1", HiddenSize, BiasRule.Required);
            if (_multiQuery) l.FusedQkv("attn.c_attn", _attention, HiddenSize, BiasRule.Required);
            else l.FusedQkv("attn.c_attn", _attention, HiddenSize, BiasRule.Required,
                RowSelection.PerGroup(heads, 3 * d, 0, d), RowSelection.PerGroup(heads, 3 * d, d, d), RowSelection.PerGroup(heads, 3 * d, 2 * d, d));
            l.Linear("attn_output", "attn.c_proj", HiddenSize, HiddenSize, BiasRule.Required);
            l.Norm("ffn_norm", "ln_2", HiddenSize, BiasRule.Required);
            l.Mlp("mlp.c_fc", "mlp.c_proj", HiddenSize, _inner, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights) => ops.Add(base.Embed(ops, weights), ops.EmbedPositions(weights["position_embd"]));

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        x = ops.Add(x, ops.SelfAttention(ops.LayerNorm(x, l["attn_norm"], _epsilon), l, _attention));
        return ops.Add(x, ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    /// <summary>What its GGUF files say.</summary>
    [Key("starcoder")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Set("multi_query", t.Whole("attention.head_count_kv") == 1);
        }
    }
}
