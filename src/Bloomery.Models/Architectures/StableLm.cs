using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>StableLM 2 (arXiv 2402.17834): layer norms, partial rotation, gated feed-forward, perhaps norms of each head and branches side by side.</summary>
[Key("stablelm")]
internal sealed class StableLm : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly bool _headNorms, _parallel;
    private readonly BiasRule _bias;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public StableLm(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize, 32);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c), 0.25);
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _headNorms = c.BoolOr(false, "qk_layernorm");
        _parallel = c.BoolOr(false, "use_parallel_residual");
        _bias = BlockParts.Bias(c.BoolOr(false, "use_qkv_bias"));
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
        map.Root.Norm("output_norm", "norm", HiddenSize, BiasRule.Required);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required);
            l.Qkv(_attention, HiddenSize, _bias, BiasRule.None);
            if (_headNorms)
            {
                l.HeadGains("attn_q_norm", "self_attn.q_layernorm.norms", _attention.Heads, _attention.KeyDim);
                l.HeadGains("attn_k_norm", "self_attn.k_layernorm.norms", _attention.KvHeads, _attention.KeyDim);
            }
            if (!_parallel) l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required);
            l.GatedMlp(HiddenSize, _inner);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        Value q = ops.Linear(h, l["attn_q"]), k = ops.Linear(h, l["attn_k"]), v = ops.Linear(h, l["attn_v"]);
        if (l.Has("attn_q_norm", out Weight? qNorm))
        {
            q = ops.LayerNorm(q, qNorm, _epsilon, _attention.KeyDim);
            k = ops.LayerNorm(k, l["attn_k_norm"], _epsilon, _attention.KeyDim);
        }
        (q, k) = (ops.Rope(q, _rotary, _attention.KeyDim), ops.Rope(k, _rotary, _attention.KeyDim));
        Value attended = ops.Linear(ops.Attention(q, k, v, _attention), l["attn_output"]);
        if (!l.Has("ffn_norm", out Weight? second)) return ops.Add(x, ops.Add(attended, ops.GatedMlp(h, l, _activation)));
        x = ops.Add(x, attended);
        return ops.Add(x, ops.GatedMlp(ops.LayerNorm(x, second, _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    /// <summary>What its GGUF files say.</summary>
    [Key("stablelm")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.Set("qk_layernorm", t.HasTensor("blk.0.attn_q_norm.weight"));
            t.Set("use_parallel_residual", !t.HasTensor("blk.0.ffn_norm.weight"));
        }
    }
}
