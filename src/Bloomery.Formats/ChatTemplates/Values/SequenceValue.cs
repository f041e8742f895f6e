using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>What lists and tuples share; the elements never change.</summary>
internal abstract class SequenceValue(IReadOnlyList<Value> items) : Value
{
    public IReadOnlyList<Value> Items { get; } = items;

    public override bool IsTrue => Items.Count > 0;

    public override int Length => Items.Count;

    public abstract SequenceValue Make(IReadOnlyList<Value> items);

    public override IEnumerator<Value> Iterate(Rendering rendering) => Items.GetEnumerator();

    public override Value? Item(Rendering rendering, Value key)
    {
        if (!Numbers.TryInt(key, out BigInteger index)) return null;
        if (index < 0) index += Items.Count;
        return index >= 0 && index < Items.Count ? Items[(int)index] : null;
    }

    protected void ReprItems(MarkedWriter writer)
    {
        for (int i = 0; i < Items.Count; i++)
        {
            if (i > 0) writer.Append(", ");
            writer.AppendRepr(Items[i]);
        }
    }
}
