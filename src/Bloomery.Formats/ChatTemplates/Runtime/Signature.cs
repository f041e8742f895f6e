using System.Collections.Concurrent;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Runtime;

/// <summary>
/// The parameters of a built-in function, written as in Python: <c>"width, first=, *args, **kwargs"</c>
/// (a name with <c>=</c> may be left out; everything after a lone <c>*</c> is by name only).
/// </summary>
internal sealed class Signature
{
    private static readonly ConcurrentDictionary<string, Signature> Known = new();

    private readonly string[] _names;
    private readonly bool[] _optional;
    private readonly int _positional;
    private readonly bool _takesMore;
    private readonly bool _takesNamed;

    private Signature(string text)
    {
        List<string> names = [];
        List<bool> optional = [];
        int positional = -1;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith("**", StringComparison.Ordinal)) _takesNamed = true;
            else if (part[0] == '*')
            {
                positional = names.Count;
                _takesMore = part.Length > 1;
            }
            else
            {
                names.Add(part.TrimEnd('='));
                optional.Add(part[^1] == '=');
            }
        }
        _names = [.. names];
        _optional = [.. optional];
        _positional = positional < 0 ? _names.Length : positional;
    }

    public static Signature Of(string text) => Known.GetOrAdd(text, static t => new Signature(t));

    /// <summary>One entry per parameter, null where it was left out; then the tuple of further ones and the dict of further names.</summary>
    public Value?[] Bind(string function, in Arguments arguments)
    {
        Value[] given = arguments.Positional;
        Value?[] bound = new Value?[_names.Length + (_takesMore ? 1 : 0) + (_takesNamed ? 1 : 0)];
        if (given.Length > _positional && !_takesMore)
            throw new ChatTemplateException($"{function}() takes at most {_positional} arguments ({given.Length} given)");
        int direct = Math.Min(given.Length, _positional);
        Array.Copy(given, bound, direct);
        if (_takesMore) bound[_names.Length] = new TupleValue(given[direct..]);

        DictValue? more = null;
        foreach ((string name, Value value) in arguments.Named)
        {
            int index = Array.IndexOf(_names, name);
            if (index < 0)
            {
                if (!_takesNamed)
                    throw new ChatTemplateException($"{function}() got an unexpected keyword argument '{name}'");
                (more ??= new DictValue()).Set(new TextValue(name), value);
            }
            else if (bound[index] is not null)
                throw new ChatTemplateException($"{function}() got multiple values for argument '{name}'");
            else bound[index] = value;
        }
        if (_takesNamed) bound[^1] = more ?? new DictValue();
        for (int i = 0; i < _names.Length; i++)
            if (bound[i] is null && !_optional[i])
                throw new ChatTemplateException($"{function}() missing required argument '{_names[i]}'");
        return bound;
    }
}
