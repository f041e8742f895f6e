using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>A mapping that keeps the order of insertion; templates cannot change one.</summary>
internal sealed class DictValue : Value
{
    private readonly OrderedDictionary<Value, Value> _entries = new(KeyComparer.Instance);

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public override int Length => _entries.Count;

    public IEnumerable<KeyValuePair<Value, Value>> Entries => _entries;

    public IReadOnlyList<Value> Keys => _entries.Keys;

    public IReadOnlyList<Value> Values => _entries.Values;

    /// <summary>Adds or replaces; only for the maker of the dict, before a template sees it.</summary>
    public void Set(Value key, Value value)
    {
        KeyComparer.RequireHashable(key);
        _entries[key] = value;
    }

    public Value? Get(Value key) =>
        KeyComparer.IsHashable(key) && _entries.TryGetValue(key, out Value? value) ? value : null;

    public Value? Get(string key) => _entries.TryGetValue(new TextValue(key), out Value? value) ? value : null;

    public override IEnumerator<Value> Iterate(Rendering rendering) => _entries.Keys.GetEnumerator();

    public override Value? Item(Rendering rendering, Value key) => Get(key);

    public override Value? Attribute(Rendering rendering, string name) => DictMethods.Find(this, name);

    public override void Repr(MarkedWriter writer)
    {
        writer.Append('{');
        bool first = true;
        foreach ((Value key, Value value) in _entries)
        {
            if (!first) writer.Append(", ");
            first = false;
            writer.AppendRepr(key);
            writer.Append(": ");
            writer.AppendRepr(value);
        }
        writer.Append('}');
    }
}
