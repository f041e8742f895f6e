using System.Diagnostics.CodeAnalysis;
using Bloomery.Models.Weights;

namespace Bloomery.Models.Architectures;

/// <summary>One layer while it is traced: its number, and its weights by short canonical names.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Weights">All weights of the model.</param>
/// <param name="Prefix">What precedes the short names: <c>blk.N.</c>.</param>
internal sealed record Layer(int Index, WeightSet Weights, string Prefix)
{
    /// <summary>The weight of that short name (<c>attn_q</c>).</summary>
    public Weight this[string name] => Weights[Prefix + name];

    /// <summary>Looks up a weight that may be absent.</summary>
    public bool Has(string name, [NotNullWhen(true)] out Weight? weight) => Weights.TryGet(Prefix + name, out weight);
}
