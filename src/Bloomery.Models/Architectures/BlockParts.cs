using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Positions;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Architectures;

/// <summary>What many families' blocks are made of, in terms of <see cref="Ops"/>.</summary>
internal static class BlockParts
{
    /// <summary>down(f(gate x) * up x)</summary>
    public static Value GatedMlp(this Ops ops, Value x, Layer l, Activation f, string suffix = "") =>
        ops.Linear(ops.Gate(ops.Linear(x, l["ffn_gate" + suffix]), ops.Linear(x, l["ffn_up" + suffix]), f), l["ffn_down" + suffix]);

    /// <summary>down(f(up x))</summary>
    public static Value Mlp(this Ops ops, Value x, Layer l, Activation f) =>
        ops.Linear(ops.Activate(ops.Linear(x, l["ffn_up"]), f), l["ffn_down"]);

    /// <summary>Separate projections, optional rotation, attention, output projection.</summary>
    public static Value SelfAttention(this Ops ops, Value x, Layer l, AttentionSpec spec, Rotary? rotary = null)
    {
        Value q = ops.Linear(x, l["attn_q"]), k = ops.Linear(x, l["attn_k"]), v = ops.Linear(x, l["attn_v"]);
        if (rotary is not null) (q, k) = (ops.Rope(q, rotary, spec.KeyDim), ops.Rope(k, rotary, spec.KeyDim));
        return ops.Linear(ops.Attention(q, k, v, spec), l["attn_output"]);
    }

    /// <summary><see cref="BiasRule.Required"/> or <see cref="BiasRule.None"/>.</summary>
    public static BiasRule Bias(bool required) => required ? BiasRule.Required : BiasRule.None;

    /// <summary>
    /// Which layers have a sliding window: <c>layer_types</c> where the checkpoint has it, else the family's rule. There has to be a window if one of them
    /// does.
    /// </summary>
    public static bool[] SlidingLayers(ModelConfig c, int layers, int? window, Func<int, bool> rule)
    {
        string[]? types = c.StringsOrNull("layer_types");
        if (types?.Length < layers) throw c.Error("layer_types", $"has {types.Length} entries for {layers} layers");
        bool[] sliding = [.. types?.Take(layers).Select(t => t switch
        {
            "sliding_attention" => true,
            "full_attention" => false,
            _ => throw c.Error("layer_types", $"has '{t}'; sliding_attention and full_attention are supported"),
        }) ?? Enumerable.Range(0, layers).Select(rule)];
        if (window is null && sliding.Contains(true))
            throw c.Error("sliding_window", "is missing or switched off, but there are layers of type sliding_attention");
        return sliding;
    }

    /// <summary>The rule that all but the last of each run of layers have a window.</summary>
    public static Func<int, bool> Periodic(int period) => i => (i + 1) % period != 0;

    /// <summary>The window's width; null: none. An absent key means <paramref name="fallback"/>.</summary>
    public static int? Window(ModelConfig c, int? fallback) => c.NullableSizeOr(fallback, "sliding_window");

    /// <summary>The feed-forward width of the families that call it by another name, or leave it at four times the hidden size.</summary>
    public static int InnerSize(ModelConfig c, int hidden, string name) => c.SizeOr(checked(4 * hidden), name);

    /// <summary>Makes sure that a mixture of experts can be used.</summary>
    public static ExpertSpec Checked(this ExpertSpec spec, ModelConfig c)
    {
        if (spec.Used > spec.Experts) throw c.Error("num_experts_per_tok", $"is {spec.Used}, but there are only {spec.Experts} experts");
        if (spec.Groups == 1) return spec;
        if (spec.Groups < 1 || spec.Experts % spec.Groups != 0) throw c.Error("n_group", $"is {spec.Groups}, which does not divide the {spec.Experts} experts");
        if (spec.GroupByTopTwo && spec.Experts / spec.Groups < 2)
            throw c.Error("n_group", $"is {spec.Groups}, which leaves a group fewer than the two experts that it is judged by");
        if (spec.GroupsUsed < 1 || spec.GroupsUsed > spec.Groups) throw c.Error("topk_group", $"is {spec.GroupsUsed} of {spec.Groups} groups");
        if (spec.Experts / spec.Groups * spec.GroupsUsed < spec.Used)
            throw c.Error("num_experts_per_tok", $"is {spec.Used}, but {spec.GroupsUsed} groups of {spec.Experts / spec.Groups} experts hold fewer");
        return spec;
    }
}
