using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary><c>namespace(...)</c>: the one thing whose attributes a template may set.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly DictValue _values = new();

    public override string TypeName => "Namespace";

    public void Set(Value name, Value value)
    {
        if (name is TextValue { Text: ['_', ..] text })
            throw new ChatTemplateException(
                $"Chat templates cannot store underscore-prefixed attributes on a namespace, but got '{text}'. Please rename the attribute.");
        _values.Set(name, value);
    }

    public override Value? Item(Rendering rendering, Value key) => _values.Get(key);

    public override Value? Attribute(Rendering rendering, string name) => _values.Get(name);

    public override void Repr(MarkedWriter writer)
    {
        writer.Append("<Namespace ");
        writer.AppendRepr(_values);
        writer.Append('>');
    }
}
