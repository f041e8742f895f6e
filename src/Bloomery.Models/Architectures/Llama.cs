using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Llama (arXiv 2302.13971), and the block of its relatives, which differ by what a <see cref="LlamaForm"/> says: a file each.</summary>
[Key("llama")]
internal class Llama : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly BiasRule _attentionBias, _mlpBias;
    private readonly ExpertSpec? _experts;
    private readonly bool[] _rotated, _sliding;
    private readonly bool _tied;
    private readonly int _inner;
    private readonly int? _window;
    private readonly float _epsilon, _embeddingScale, _residualScale, _logitScale;

    /// <summary>Reads the configuration.</summary>
    public Llama(ModelConfig c) : this(c, new LlamaForm())
    {
    }

    /// <summary>Reads the configuration of a relative.</summary>
    protected Llama(ModelConfig c, LlamaForm form) : base(c)
    {
        HeadShape heads = HeadShape.Read(c, HiddenSize, form.KvHeads);
        _attention = heads.Attention(form.AttentionScale);
        (_embeddingScale, _residualScale, _logitScale) = (form.EmbeddingScale, form.ResidualScale, form.LogitScale);
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c, form.Theta));
        if (_rotary.Dimensions != heads.HeadDim)
            throw c.Error("gguf.rope.dimension_count", $"is {_rotary.Dimensions}; these files order rows by whole heads of {heads.HeadDim}");
        _rotated = Layers(form.Rotates);
        _window = form.Window;
        _sliding = form.Sliding is { } rule ? BlockParts.SlidingLayers(c, LayerCount, _window, rule) : Layers(_ => _window is not null);
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        _attentionBias = BlockParts.Bias(form.MayHaveBiases && c.BoolOr(false, "attention_bias"));
        _mlpBias = BlockParts.Bias(form.MayHaveBiases && c.BoolOr(false, "mlp_bias"));
        _tied = c.BoolOr(form.Tied, "tie_word_embeddings");
        _inner = c.Size("intermediate_size");
        _epsilon = c.Epsilon(form.Epsilon, "rms_norm_eps");
        int experts = c.CountOr(form.Experts ?? 0, form.Experts is null ? ["gguf.expert_count"] : ["num_local_experts", "num_experts"]);
        if (experts == 0) return;
        _experts = new ExpertSpec { Experts = experts, Used = c.SizeOr(2, "num_experts_per_tok"), Activation = _activation, Normalize = true }.Checked(c);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.EmbeddingAndHead("embed_tokens", "lm_head", VocabularySize, HiddenSize, _tied);
        map.Root.Norm("output_norm", "norm", HiddenSize);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", HiddenSize);
            l.RotatedQkv(_attention, HiddenSize, _attentionBias, _attentionBias);
            l.Norm("ffn_norm", "post_attention_layernorm", HiddenSize);
            if (_experts is null) l.GatedMlp(HiddenSize, _inner, _mlpBias);
            else MapExperts(l, _experts);
        }
    }

    /// <inheritdoc/>
    protected override Value Embed(Ops ops, WeightSet weights) => ops.Embed(weights["token_embd"], _embeddingScale, scaleVectors: true);

    /// <inheritdoc/>
    protected override Value Block(Ops ops, Value x, Layer l)
    {
        AttentionSpec attention = _attention.Windowed(_sliding[l.Index] ? _window : null);
        Value h = ops.RmsNorm(x, l["attn_norm"], _epsilon);
        h = ops.SelfAttention(h, l, attention, _rotated[l.Index] ? _rotary : null);
        x = ops.Add(x, ops.Scale(h, _residualScale));
        h = ops.RmsNorm(x, l["ffn_norm"], _epsilon);
        h = _experts is null
            ? ops.GatedMlp(h, l, _activation)
            : ops.Experts(h, ops.Linear(h, l["ffn_gate_inp"]), _experts, l["ffn_gate_exps"], l["ffn_up_exps"], l["ffn_down_exps"]);
        return ops.Add(x, ops.Scale(h, _residualScale));
    }

    /// <inheritdoc/>
    protected override Value FinalNorm(Ops ops, Value x, WeightSet weights) => ops.RmsNorm(x, weights["output_norm"], _epsilon);

    /// <inheritdoc/>
    protected override Value Head(Ops ops, Value x, WeightSet weights) => ops.Scale(base.Head(ops, x, weights), _logitScale);

    private bool[] Layers(Func<int, bool> rule) => [.. Enumerable.Range(0, LayerCount).Select(rule)];

    private void MapExperts(LayerMap l, ExpertSpec experts)
    {
        // Version 5 of the reference library calls the block as everywhere else.
        string block = l.Holds("mlp.gate.weight") ? "mlp" : "block_sparse_moe";
        l.Linear("ffn_gate_inp", $"{block}.gate", experts.Experts, HiddenSize);
        l.Experts(experts.Experts, _inner, HiddenSize, $"{block}.experts", "w1", "w3", "w2");
    }
}
