using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Runtime;

/// <summary>The variables known by name: globals, what the caller gave, and what the template assigned at its top level.</summary>
internal sealed class Context(IReadOnlyDictionary<string, Value> globals, Dictionary<string, Value> variables)
{
    private Dictionary<string, Value>? _assigned;

    public Value? Resolve(string name)
    {
        if (_assigned is not null && _assigned.TryGetValue(name, out Value? value)) return value;
        if (variables.TryGetValue(name, out value)) return value;
        return globals.TryGetValue(name, out value) ? value : null;
    }

    public void Assign(string name, Value value) => (_assigned ??= [])[name] = value;

    /// <summary>A context for a scoped block, which also sees <paramref name="locals"/>.</summary>
    public Context Derive(IEnumerable<KeyValuePair<string, Value>> locals)
    {
        Dictionary<string, Value> all = new(variables);
        foreach ((string name, Value value) in _assigned ?? []) all[name] = value;
        foreach ((string name, Value value) in locals) all[name] = value;
        return new Context(globals, all);
    }
}
