using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>
/// GPT-J (EleutherAI 2021) and CodeGen (arXiv 2203.13474): branches side by side after one norm, interleaved rotation, attention without biases; CodeGen
/// fuses q, v, k in four blocks of heads.
/// </summary>
[Key("gptj"), Key("codegen")]
internal sealed class GptJ : DecoderArchitecture
{
    private const int CodeGenBlocks = 4;
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public GptJ(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.ReadEqual(c, HiddenSize);
        _attention = heads.Attention();
        if (c.ModelType == "codegen" && heads.Heads % CodeGenBlocks != 0)
            throw c.Error("n_head", $"is {heads.Heads}; CodeGen's heads come in {CodeGenBlocks} equal blocks");
        int rotated = c.NullableSizeOr(64, "rotary_dim") ?? throw c.Error("rotary_dim", "is null, which is not supported; a number of dimensions is needed");
        _rotary = RopeConfig.Make(c, heads.HeadDim, new RopeScaling(), rotated, "rotary_dim", interleaved: true);
        _activation = c.ActivationOr(Activation.GeluTanh, "activation_function");
        _inner = BlockParts.InnerSize(c, HiddenSize, "n_inner");
        _epsilon = c.Epsilon(1e-5f, "layer_norm_epsilon");
    }

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("transformer.");
        map.Ignore("attn.causal_mask", "attn.embed_positions");
        map.Root.EmbeddingAndHead("wte", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"), BiasRule.Required);
        map.Root.Norm("output_norm", "ln_f", HiddenSize, BiasRule.Required);
        int block = HiddenSize / CodeGenBlocks;
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"h.{i}.");
            l.Norm("attn_norm", "ln_1", HiddenSize, BiasRule.Required);
            if (Config.ModelType == "codegen")
                l.FusedQkv("attn.qkv_proj", _attention, HiddenSize, BiasRule.None,
                    RowSelection.PerGroup(CodeGenBlocks, 3 * block, 0, block), RowSelection.PerGroup(CodeGenBlocks, 3 * block, 2 * block, block),
                    RowSelection.PerGroup(CodeGenBlocks, 3 * block, block, block));
            else l.Separate(_attention, HiddenSize, BiasRule.None, "attn.");
            l.Linear("attn_output", "attn.out_proj", HiddenSize, HiddenSize);
            l.Mlp("mlp.fc_in", "mlp.fc_out", HiddenSize, _inner, BiasRule.Required);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value h = ops.LayerNorm(x, l["attn_norm"], _epsilon);
        return ops.Add(x, ops.Add(ops.SelfAttention(h, l, _attention, _rotary), ops.Mlp(h, l, _activation)));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.LayerNorm(x, weights["output_norm"], _epsilon);
}
