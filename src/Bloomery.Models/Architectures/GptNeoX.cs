using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// GPT-NeoX (arXiv 2204.06745) and Pythia: attention and feed-forward side by side, each after a norm of its own, or one after the other; q, k, v
/// interleaved by head.
/// </summary>
[Key("gpt_neox"), Key("gptneox")]
internal sealed class GptNeoX : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly bool _parallel, _bias;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public GptNeoX(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _attention = heads.Attention();
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c), 0.25);
        _activation = c.ActivationOr(Activation.GeluErf, "hidden_act");
        _parallel = c.BoolOr(true, "use_parallel_residual");
        _bias = c.BoolOr(true, "attention_bias");
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("gpt_neox.");
        map.Root.EmbeddingAndHead("embed_in", "embed_out", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"), newHead: "lm_head");
        map.Root.Norm("output_norm", "final_layer_norm", HiddenSize, BiasRule.Required);
        int heads = _attention.Heads, d = _attention.KeyDim;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize, BiasRule.Required);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize, BiasRule.Required);
            l.FusedQkv("attention.query_key_value", _attention, HiddenSize, BlockParts.Bias(_bias),
                RowSelection.PerGroup(heads, 3 * d, 0, d), RowSelection.PerGroup(heads, 3 * d, d, d), RowSelection.PerGroup(heads, 3 * d, 2 * d, d));
            l.Linear("attn_output", "attention.dense", HiddenSize, HiddenSize, BlockParts.Bias(_bias));
            l.Mlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h", HiddenSize, _inner, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value attended = ops.SelfAttention(ops.LayerNorm(x, l["attn_norm"], _epsilon), l, _attention, _rotary);
        if (!_parallel) x = ops.Add(x, attended);
        Value h = ops.Mlp(ops.LayerNorm(x, l["ffn_norm"], _epsilon), l, _activation);
        return ops.Add(x, _parallel ? ops.Add(attended, h) : h);
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);

    /// <summary>What its GGUF files say.</summary>
    [Key("gptneox")]
    internal sealed class Gguf : GgufDialect
    {
        /// <inheritdoc/>
        protected override void Family(GgufTranslation t)
        {
            t.TakeRequired("use_parallel_residual", "use_parallel_residual");
        }
    }
}
