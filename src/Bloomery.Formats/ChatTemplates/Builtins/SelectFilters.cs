using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>map</c>, <c>select</c> and their kin: lazy, each element in its turn.</summary>
internal static class SelectFilters
{
    public static MethodTable All { get; } = new()
    {
        { "map", "*args, **kwargs", static (r, v, a) => new IteratorValue(Map(r, v, (TupleValue)a[0]!, (DictValue)a[1]!)) },
        { "select", "*args, **kwargs", static (r, v, a) => new IteratorValue(Select(r, v, a, false, true)) },
        { "reject", "*args, **kwargs", static (r, v, a) => new IteratorValue(Select(r, v, a, false, false)) },
        { "selectattr", "*args, **kwargs", static (r, v, a) => new IteratorValue(Select(r, v, a, true, true)) },
        { "rejectattr", "*args, **kwargs", static (r, v, a) => new IteratorValue(Select(r, v, a, true, false)) },
    };

    private static IEnumerator<Value> Map(Rendering rendering, Value value, TupleValue positional, DictValue named)
    {
        if (!value.IsTrue) yield break;
        Func<Value, Value> function = Mapping(rendering, positional, named);
        IEnumerator<Value> elements = Sequences.Iterate(rendering, value);
        while (elements.MoveNext())
        {
            rendering.Step();
            yield return function(elements.Current);
        }
    }

    private static Func<Value, Value> Mapping(Rendering rendering, TupleValue positional, DictValue named)
    {
        if (positional.Items.Count == 0 && named.Get("attribute") is { } attribute)
        {
            if (named.Entries.FirstOrDefault(static e => e.Key is not TextValue { Text: "attribute" or "default" }).Key is TextValue unexpected)
                throw new ChatTemplateException($"Unexpected keyword argument '{unexpected.Text}'");
            return Sequences.Getter(rendering, attribute, otherwise: named.Get("default"));
        }
        if (positional.Items.Count == 0) throw new ChatTemplateException("map requires a filter argument");
        string name = Argument.Text(positional.Items[0], "map").Text;
        Method filter = Filters.Find(name) ?? throw new ChatTemplateException($"No filter named '{name}'.");
        Arguments arguments = Rest(positional, 1, named);
        return item => filter.Call(rendering, item, arguments);
    }

    private static IEnumerator<Value> Select(Rendering rendering, Value value, Value?[] bound, bool byAttribute, bool keep)
    {
        if (!value.IsTrue) yield break;
        Func<Value, bool> test = Test(rendering, (TupleValue)bound[0]!, (DictValue)bound[1]!, byAttribute);
        IEnumerator<Value> elements = Sequences.Iterate(rendering, value);
        while (elements.MoveNext())
        {
            rendering.Step();
            if (test(elements.Current) == keep) yield return elements.Current;
        }
    }

    private static Func<Value, bool> Test(Rendering rendering, TupleValue positional, DictValue named, bool byAttribute)
    {
        int first = byAttribute ? 1 : 0;
        Func<Value, Value> getter = static item => item;
        if (byAttribute)
        {
            if (positional.Items.Count == 0) throw new ChatTemplateException("Missing parameter for attribute name");
            getter = Sequences.Getter(rendering, positional.Items[0]);
        }
        if (positional.Items.Count <= first) return item => getter(item).IsTrue;
        string name = Argument.Text(positional.Items[first], "select").Text;
        Method test = Tests.Find(name) ?? throw new ChatTemplateException($"No test named '{name}'.");
        Arguments arguments = Rest(positional, first + 1, named);
        return item => test.Call(rendering, getter(item), arguments).IsTrue;
    }

    private static Arguments Rest(TupleValue positional, int from, DictValue named) => new(
        [.. positional.Items.Skip(from)],
        [.. named.Entries.Select(static e => new KeyValuePair<string, Value>(((TextValue)e.Key).Text, e.Value))]);
}
