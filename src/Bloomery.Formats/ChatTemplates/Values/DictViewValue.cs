using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dict give.</summary>
internal sealed class DictViewValue(string typeName, IReadOnlyList<Value> items) : Value
{
    public override string TypeName => typeName;

    public IReadOnlyList<Value> Items { get; } = items;

    public override bool IsTrue => Items.Count > 0;

    public override int Length => Items.Count;

    public override IEnumerator<Value> Iterate(Rendering rendering) => Items.GetEnumerator();

    public override void Repr(MarkedWriter writer)
    {
        writer.Append(typeName);
        writer.Append('(');
        writer.AppendRepr(new ListValue(Items));
        writer.Append(')');
    }
}
