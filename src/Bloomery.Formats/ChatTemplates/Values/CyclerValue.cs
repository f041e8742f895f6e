using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary><c>cycler(a, b, ...)</c>: its items in turn, for ever.</summary>
internal sealed class CyclerValue : Value
{
    private static readonly System.Collections.Frozen.FrozenDictionary<string, Method> Known = new MethodTable
    {
        { "next", "", static (_, c, _) => ((CyclerValue)c).Next() },
        { "reset", "", static (_, c, _) => ((CyclerValue)c).Reset() },
    }.Freeze();

    private readonly IReadOnlyList<Value> _items;
    private int _position;

    public CyclerValue(IReadOnlyList<Value> items)
    {
        if (items.Count == 0) throw new ChatTemplateException("at least one item has to be provided");
        _items = items;
    }

    public override string TypeName => "Cycler";

    public override Value? Attribute(Rendering rendering, string name) => name switch
    {
        "current" => _items[_position],
        "pos" => IntValue.Of(_position),
        "items" => new TupleValue(_items),
        _ => Known.TryGetValue(name, out Method? method) ? new MethodValue(this, method) : null,
    };

    public override void Repr(MarkedWriter writer) => writer.Append("<Cycler>");

    private Value Next()
    {
        Value current = _items[_position];
        _position = (_position + 1) % _items.Count;
        return current;
    }

    private NoneValue Reset()
    {
        _position = 0;
        return NoneValue.Instance;
    }
}
