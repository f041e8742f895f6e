using System.Collections.Frozen;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Named methods; filled by collection initialisers of (name, signature, body).</summary>
internal sealed class MethodTable : System.Collections.IEnumerable
{
    private readonly Dictionary<string, Method> _methods = [];

    public void Add(string name, string signature, Func<Rendering, Value, Value?[], Value> body) =>
        _methods.Add(name, new Method(name, Signature.Of(signature), body));

    public void Add(string name, string signature, Func<Rendering, Value, Value?[], bool> body) =>
        Add(name, signature, (rendering, value, arguments) => BoolValue.Of(body(rendering, value, arguments)));

    /// <summary>Takes over the methods of another table.</summary>
    public void Add(MethodTable other)
    {
        foreach ((string name, Method method) in other._methods) _methods.Add(name, method);
    }

    /// <summary>Another name for a method that is there already.</summary>
    public void Add(string alias, string name) => _methods.Add(alias, _methods[name] with { Name = alias });

    public FrozenDictionary<string, Method> Freeze() => _methods.ToFrozenDictionary();

    public System.Collections.IEnumerator GetEnumerator() => _methods.GetEnumerator();
}
