using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A generator or iterator: it can be gone through once.</summary>
internal sealed class IteratorValue(IEnumerator<Value> source, string typeName = "generator") : Value
{
    public override string TypeName => typeName;

    /// <summary>The next element, or null at the end.</summary>
    public Value? Next() => source.MoveNext() ? source.Current : null;

    public override IEnumerator<Value> Iterate(Rendering rendering) => source;

    public override void Repr(MarkedWriter writer) => writer.Append($"<{typeName} object>");
}
