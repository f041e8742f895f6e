namespace Bloomery.Models.Weights;

/// <summary>
/// Stacks of experts. GGUF files hold them in one tensor, the gate's and the up-projection's perhaps in one together; the oldest have a tensor an expert.
/// </summary>
internal sealed partial class LayerMap
{
    private const string Stacked = "_exps";

    /// <summary>
    /// Gated experts, as <c>ffn_gate_exps</c>, <c>ffn_up_exps</c> and <c>ffn_down_exps</c>: GGUF files hold one tensor for each; checkpoints one matrix an
    /// expert, or all experts in <c>gate_up_proj</c> (experts, gate then up, hidden) and <c>down_proj</c> (experts, hidden, inner), as version 5 of the
    /// reference library has them in memory.
    /// </summary>
    /// <param name="count">Experts.</param>
    /// <param name="inner">Width of an expert.</param>
    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="root">What precedes the names of the experts in checkpoints: <c>mlp.experts</c>.</param>
    /// <param name="gate">The name of an expert's gate.</param>
    /// <param name="up">The name of its up-projection.</param>
    /// <param name="down">The name of its down-projection.</param>
    internal void Experts(int count, int inner, int hidden, string root = "mlp.experts", string gate = "gate_proj", string up = "up_proj",
        string down = "down_proj")
    {
        string fused = $"{root}.gate_up_proj";
        if (IsGguf || !Holds(fused))
        {
            Stack("ffn_gate_exps", count, e => $"{root}.{e}.{gate}", inner, hidden);
            Stack("ffn_up_exps", count, e => $"{root}.{e}.{up}", inner, hidden);
            Stack("ffn_down_exps", count, e => $"{root}.{e}.{down}", hidden, inner);
            return;
        }
        int rows = checked(count * inner), stride = checked(2 * inner);
        Add("ffn_gate_exps.weight", [rows, hidden], [Part(new WeightSource(fused, RowSelection.PerGroup(count, stride, 0, inner)), "")], stack: count);
        Add("ffn_up_exps.weight", [rows, hidden], [Part(new WeightSource(fused, RowSelection.PerGroup(count, stride, inner, inner)), "")], stack: count);
        Add("ffn_down_exps.weight", [checked(count * hidden), inner], [Part($"{root}.down_proj", "")], stack: count);
    }

    /// <summary>A stack of equal linear layers without bias (experts): checkpoints hold one tensor a member.</summary>
    /// <param name="target">Canonical name without suffix.</param>
    /// <param name="count">Members.</param>
    /// <param name="member">Where safetensors checkpoints have each member.</param>
    /// <param name="outputs">Rows of a member.</param>
    /// <param name="inputs">Columns of a member.</param>
    public void Stack(string target, int count, Func<int, WeightSource> member, int outputs, int inputs)
    {
        List<WeightPart> parts = [];
        foreach (WeightSource source in IsGguf ? StoredStack(target, count, outputs) : Enumerable.Range(0, count).Select(member))
        {
            WeightPart part = Part(source, ".weight");
            _map.Demand(part);
            parts.Add(part);
        }
        Add(target + ".weight", [checked(count * outputs), inputs], parts, stack: count);
        Scales(target, target, count);
    }

    private IEnumerable<WeightSource> StoredStack(string target, int count, int outputs)
    {
        if (Holds(target + ".weight")) return [target];
        string kind = target[..^Stacked.Length];
        if (kind is "ffn_gate" or "ffn_up" && Holds("ffn_gate_up_exps.weight"))
            return [new WeightSource("ffn_gate_up_exps", RowSelection.PerGroup(count, checked(2 * outputs), kind == "ffn_gate" ? 0 : outputs, outputs))];
        return Holds(kind + ".0.weight") ? Enumerable.Range(0, count).Select(e => new WeightSource($"{kind}.{e}")) : [target];
    }
}
