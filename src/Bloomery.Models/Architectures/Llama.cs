using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>Llama (arXiv 2302.13971) and the families that differ from it by configuration: Mistral (sliding window), Mixtral (experts), Granite (multipliers), SmolLM3 (layers without rotation).</summary>
[Key("llama"), Key("mistral"), Key("mixtral"), Key("granite"), Key("smollm3")]
internal sealed class Llama : DecoderArchitecture
{
    private readonly AttentionSpec _attention;
    private readonly Rotary _rotary;
    private readonly Activation _activation;
    private readonly BiasRule _attentionBias, _mlpBias;
    private readonly ExpertSpec? _experts;
    private readonly bool[] _rotated, _sliding;
    private readonly int _inner;
    private readonly int? _window;
    private readonly float _epsilon, _embeddingScale = 1, _residualScale = 1, _logitScale = 1;

    /// <summary>Reads the configuration.</summary>
    public Llama(ModelConfig c) : base(c)
    {
        string type = c.ModelType;
        HeadShape heads = HeadShape.Read(c, Hidden, type switch { "mistral" or "mixtral" => 8, "smollm3" => 4, _ => null });
        float scale = 1 / MathF.Sqrt(heads.HeadDim);
        if (type == "granite")
        {
            scale = Multiplier(c, c.IsGguf ? scale : 1, "attention_multiplier");
            (_embeddingScale, _residualScale) = (Multiplier(c, 1, "embedding_multiplier"), Multiplier(c, 1, "residual_multiplier"));
            _logitScale = 1 / Multiplier(c, 1, "logits_scaling", "gguf.logit_scale");
        }
        _attention = heads.Attention(scale);
        _rotary = RopeConfig.Make(c, heads.HeadDim, RopeConfig.Read(c, type switch { "mixtral" => 1e6, "smollm3" => 2e6, _ => 1e4 }));
        if (_rotary.Dimensions != heads.HeadDim) throw c.Error("gguf.rope.dimension_count", $"is {_rotary.Dimensions}; these files order rows by whole heads of {heads.HeadDim}");
        _rotated = RotatedLayers(c);
        _window = type is "mistral" or "mixtral" or "smollm3" && !c.IsGguf ? BlockParts.Window(c, type == "mistral" ? 4096 : null) : null;
        _sliding = type == "smollm3"
            ? BlockParts.SlidingLayers(c, LayerCount, _window, i => _window is not null && c.BoolOr(false, "use_sliding_window") && !_rotated[i])
            : [.. Enumerable.Repeat(_window is not null, LayerCount)];
        _activation = c.ActivationOr(Activation.Silu, "hidden_act");
        bool mayHaveBiases = type is not ("mistral" or "mixtral");
        (_attentionBias, _mlpBias) = (BlockParts.Bias(mayHaveBiases && c.BoolOr(false, "attention_bias")), BlockParts.Bias(mayHaveBiases && c.BoolOr(false, "mlp_bias")));
        _inner = c.Size("intermediate_size");
        _epsilon = c.FloatOr(type == "mixtral" ? 1e-5f : 1e-6f, "rms_norm_eps");
        int experts = type == "mixtral" || c.IsGguf ? c.CountOr(type == "mixtral" ? 8 : 0, "num_local_experts", "num_experts") : 0;
        if (experts > 0) _experts = new ExpertSpec { Experts = experts, Used = c.SizeOr(2, "num_experts_per_tok"), Activation = _activation, Normalize = true }.Checked(c);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Rotary> Rotaries => [_rotary];

    /// <inheritdoc/>
    public override void Map(WeightMap map)
    {
        map.Prefix("model.");
        map.Root.Words("embed_tokens", "lm_head", Vocabulary, Hidden, Config.BoolOr(Config.ModelType == "smollm3", "tie_word_embeddings"));
        map.Root.Norm("output_norm", "norm", Hidden);
        for (int i = 0; i < LayerCount; i++)
        {
            LayerMap l = map.Layer(i, $"layers.{i}.");
            l.Norm("attn_norm", "input_layernorm", Hidden);
            l.RotatedQkv(_attention, Hidden, _attentionBias, _attentionBias);
            l.Norm("ffn_norm", "post_attention_layernorm", Hidden);
            if (_experts is null) l.GatedMlp(Hidden, _inner, _mlpBias);
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

    private void MapExperts(LayerMap l, ExpertSpec experts)
    {
        // Version 5 of the reference library calls the block as everywhere else.
        string block = l.Holds("mlp.gate.weight") ? "mlp" : "block_sparse_moe";
        l.Linear("ffn_gate_inp", $"{block}.gate", experts.Experts, Hidden);
        l.Experts(experts.Experts, _inner, Hidden, $"{block}.experts", "w1", "w3", "w2");
    }

    /// <summary>Zero stands for none in GGUF files.</summary>
    private static float Multiplier(ModelConfig c, float fallback, params ReadOnlySpan<string> names) =>
        c.FloatOr(fallback, names) is var value && c.IsGguf && value == 0 ? fallback : value;

    private bool[] RotatedLayers(ModelConfig c)
    {
        // Granite's GGUF files use this key for "has positions".
        bool rotates = !(c.IsGguf && c.ModelType == "granite") || c.BoolOr(true, "gguf.rope.scaling.finetuned");
        if (c.ModelType != "smollm3") return [.. Enumerable.Repeat(rotates, LayerCount)];
        if (c.NumbersOrNull("no_rope_layers") is { } list)
        {
            if (list.Length < LayerCount) throw c.Error("no_rope_layers", $"has {list.Length} entries for {LayerCount} layers");
            return [.. list.Take(LayerCount).Select(n => n != 0)];
        }
        int interval = c.SizeOr(4, "no_rope_layer_interval");
        return [.. Enumerable.Range(0, LayerCount).Select(i => (i + 1) % interval != 0)];
    }
}
