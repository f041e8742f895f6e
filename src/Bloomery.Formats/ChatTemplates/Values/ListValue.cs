using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A list; templates cannot change one.</summary>
internal sealed class ListValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    public override string TypeName => "list";

    public override SequenceValue Make(IReadOnlyList<Value> items) => new ListValue(items);

    public override Value? Attribute(Rendering rendering, string name) => SequenceMethods.FindOnList(this, name);

    public override void Repr(MarkedWriter writer)
    {
        writer.Append('[');
        ReprItems(writer);
        writer.Append(']');
    }
}
