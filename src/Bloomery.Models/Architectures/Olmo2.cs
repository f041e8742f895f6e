using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>OLMo 2 (arXiv 2501.00656): norms after attention and feed-forward instead of before, and over all query and all key columns.</summary>
[Key("olmo2")]
internal sealed class Olmo2(ModelConfig c) : DecoderArchitecture(c)
{
    private readonly AttentionSpec _attention = HeadShape.Read(c, c.Size("hidden_size")).Attention();
    private readonly Rotary _rotary = RopeConfig.Make(c, HeadShape.Read(c, c.Size("hidden_size")).HeadDim, RopeConfig.Read(c));
    private readonly Activation _activation = c.ActivationOr(Activation.Silu, "hidden_act");
    private readonly BiasRule _bias = BlockParts.Bias(c.BoolOr(false, "attention_bias"));
    private readonly float _epsilon = c.FloatOr(1e-5f, "rms_norm_eps");

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.Words("embed_tokens", "lm_head", Vocabulary, Hidden, Config.BoolOr(false, "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", Hidden);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Qkv(_attention, Hidden, _bias, _bias);
            l.Norm("attn_q_norm", "self_attn.q_norm", _attention.Heads * _attention.KeyDim);
            l.Norm("attn_k_norm", "self_attn.k_norm", _attention.KvHeads * _attention.KeyDim);
            l.Norm("post_attention_norm", "post_attention_layernorm", Hidden);
            l.GatedMlp(Hidden, Config.Size("intermediate_size"));
            l.Norm("post_ffw_norm", "post_feedforward_layernorm", Hidden);
        }
    }

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        Value q = ops.RmsNorm(ops.Linear(x, l["attn_q"]), l["attn_q_norm"], _epsilon);
        Value k = ops.RmsNorm(ops.Linear(x, l["attn_k"]), l["attn_k_norm"], _epsilon);
        Value v = ops.Linear(x, l["attn_v"]);
        (q, k) = (ops.Rope(q, _rotary, _attention.KeyDim), ops.Rope(k, _rotary, _attention.KeyDim));
        Value h = ops.Linear(ops.Attention(q, k, v, _attention), l["attn_output"]);
        x = ops.Add(x, ops.RmsNorm(h, l["post_attention_norm"], _epsilon));
        return ops.Add(x, ops.RmsNorm(ops.GatedMlp(x, l, _activation), l["post_ffw_norm"], _epsilon));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);
}
