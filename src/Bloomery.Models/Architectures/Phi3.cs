using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Phi 3 and 4 (arXiv 2404.14219): Llama's block with fused projections, and frequencies that depend on the length (longrope).</summary>
[Key("phi3")]
internal sealed class Phi3 : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly int _inner;
    private readonly float _epsilon;

    /// <summary>Reads the configuration.</summary>
    public Phi3(ModelConfig c) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize);
        _attention = heads.Attention().Windowed(BlockParts.Window(c, null)); // only checkpoints state it reliably: of GGUF files it is not read
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c, originalLength: 4096), 1);
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(1e-5f, "rms_norm_eps");
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, Config.BoolOr(false, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", HiddenSize);
        RowSelection gate = RowSelection.Range(0, _inner), up = RowSelection.Range(_inner, _inner);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize);
            l.FusedQkv("self_attn.qkv_proj", _attention, HiddenSize, BiasRule.None);
            l.Linear("attn_output", "self_attn.o_proj", HiddenSize, _attention.Heads * _attention.ValueDim);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize);
            l.Linear("ffn_gate", new WeightSource("mlp.gate_up_proj", gate), _inner, HiddenSize, gguf: new WeightSource("ffn_up", gate));
            l.Linear("ffn_up", new WeightSource("mlp.gate_up_proj", up), _inner, HiddenSize, gguf: new WeightSource("ffn_up", up));
            l.Linear("ffn_down", "mlp.down_proj", HiddenSize, _inner);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        x = ops.Add(x, ops.SelfAttention(ops.RmsNorm(x, l["attn_norm"], _epsilon), l, _attention, _rotary));
        return ops.Add(x, ops.GatedMlp(ops.RmsNorm(x, l["ffn_norm"], _epsilon), l, _activation));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);
}
