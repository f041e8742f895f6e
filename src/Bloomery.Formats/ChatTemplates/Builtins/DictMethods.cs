using System.Collections.Frozen;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>The methods of dicts; those that would change one are refused.</summary>
internal static class DictMethods
{
    private static readonly FrozenSet<string> Changing = FrozenSet.ToFrozenSet(["clear", "pop", "popitem", "setdefault", "update"]);

    private static readonly FrozenDictionary<string, Method> Known = new MethodTable
    {
        { "keys", "", static (_, d, _) => new DictViewValue("dict_keys", ((DictValue)d).Keys) },
        { "values", "", static (_, d, _) => new DictViewValue("dict_values", ((DictValue)d).Values) },
        { "items", "", static (r, d, _) => new DictViewValue("dict_items", Items(r, (DictValue)d)) },
        { "get", "key, default=", static (_, d, a) => Get((DictValue)d, a[0]!) ?? a[1] ?? NoneValue.Instance },
        { "copy", "", static (r, d, _) => Copy(r, (DictValue)d) },
        { "fromkeys", "keys, value=", static (r, _, a) => FromKeys(r, a) },
    }.Freeze();

    public static Value? Find(DictValue owner, string name)
    {
        if (Changing.Contains(name)) return UndefinedValue.Unsafe(owner, name);
        return Known.TryGetValue(name, out Method? method) ? new MethodValue(owner, method) : null;
    }

    /// <summary>What the class itself has: <c>dict.fromkeys</c>.</summary>
    public static Value? FindOnType(string name) =>
        name == "fromkeys" ? new MethodValue(new DictValue(), Known[name]) : null;

    public static Value[] Items(Rendering rendering, DictValue dict)
    {
        rendering.Elements(dict.Length);
        return [.. dict.Entries.Select(static e => (Value)new TupleValue([e.Key, e.Value]))];
    }

    public static DictValue Copy(Rendering rendering, DictValue dict)
    {
        rendering.Elements(dict.Length);
        DictValue copy = new();
        foreach ((Value key, Value value) in dict.Entries) copy.Set(key, value);
        return copy;
    }

    private static Value? Get(DictValue dict, Value key)
    {
        KeyComparer.RequireHashable(key);
        return dict.Get(key);
    }

    private static DictValue FromKeys(Rendering rendering, Value?[] arguments)
    {
        DictValue dict = new();
        foreach (Value key in Sequences.ToList(rendering, arguments[0]!)) dict.Set(key, arguments[1] ?? NoneValue.Instance);
        return dict;
    }
}
