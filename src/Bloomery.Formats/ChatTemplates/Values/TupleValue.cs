using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A tuple; some of the reference's have named fields (<c>groupby</c>).</summary>
internal sealed class TupleValue(IReadOnlyList<Value> items, string[]? fields = null) : SequenceValue(items)
{
    public static readonly TupleValue Empty = new([]);

    private long _weight = -1;

    public override string TypeName => "tuple";

    /// <summary>Whether it is of a type of its own, which prints itself.</summary>
    public bool HasFields => fields is not null;

    /// <summary>The number of values in it, counted through nested tuples.</summary>
    public long Weight
    {
        get
        {
            if (_weight >= 0) return _weight;
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            long weight = 1;
            foreach (Value item in Items) weight += item is TupleValue tuple ? tuple.Weight : 1;
            return _weight = Math.Min(weight, int.MaxValue);
        }
    }

    public override SequenceValue Make(IReadOnlyList<Value> items) => new TupleValue(items);

    public override Value? Attribute(Rendering rendering, string name)
    {
        int field = fields is null ? -1 : Array.IndexOf(fields, name);
        return field >= 0 ? Items[field] : SequenceMethods.FindOnTuple(this, name);
    }

    public override void Repr(MarkedWriter writer)
    {
        writer.Append('(');
        ReprItems(writer);
        writer.Append(Items.Count == 1 ? ",)" : ")");
    }
}
