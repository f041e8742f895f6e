using System.Collections.Frozen;
using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    public static FrozenDictionary<string, Value> All { get; } = new Dictionary<string, Value>
    {
        ["range"] = new FunctionValue("range", "*args", static (_, a) => Range(((TupleValue)a[0]!).Items), "type"),
        ["dict"] = new FunctionValue("dict", "*args, **kwargs", static (r, a) => Dict(r, ((TupleValue)a[0]!).Items, (DictValue)a[1]!), "type"),
        ["namespace"] = new FunctionValue("namespace", "*args, **kwargs", static (r, a) => Namespace(r, ((TupleValue)a[0]!).Items, (DictValue)a[1]!), "type"),
        ["cycler"] = new FunctionValue("cycler", "*args", static (_, a) => new CyclerValue(((TupleValue)a[0]!).Items), "type"),
        ["joiner"] = new FunctionValue("joiner", "sep=", static (r, a) => Joiner(a[0]), "type"),
        ["lipsum"] = new FunctionValue("lipsum", "n=, html=, min=, max=",
            static (r, a) => Lipsum(r, Argument.Int(a[0], 5), Argument.Bool(a[1], true), Argument.Int(a[2], 20), Argument.Int(a[3], 100))),
        ["raise_exception"] = new FunctionValue("raise_exception", "message",
            static (r, a) => throw new ChatTemplateException(r.ToText(a[0]!).Text, ChatTemplateError.Raised, r.Line)),
        ["strftime_now"] = new FunctionValue("strftime_now", "format",
            static (r, a) => new TextValue(TimeFormat.Format(r.Now, Argument.Text(a[0], "strftime_now").Text))),
    }.ToFrozenDictionary();

    private static RangeValue Range(IReadOnlyList<Value> arguments)
    {
        BigInteger[] numbers = [.. arguments.Select(static a => Numbers.TryInt(a, out BigInteger number)
            ? number
            : throw ((a as UndefinedValue)?.Error() ?? new ChatTemplateException($"'{a.TypeName}' object cannot be interpreted as an integer")))];
        return numbers.Length switch
        {
            1 => RangeValue.Of(0, numbers[0], 1),
            2 => RangeValue.Of(numbers[0], numbers[1], 1),
            3 => RangeValue.Of(numbers[0], numbers[1], numbers[2]),
            _ => throw new ChatTemplateException($"range expected 1 to 3 arguments, got {numbers.Length}"),
        };
    }

    private static DictValue Dict(Rendering rendering, IReadOnlyList<Value> positional, DictValue named)
    {
        if (positional.Count > 1) throw new ChatTemplateException($"dict expected at most 1 argument, got {positional.Count}");
        DictValue dict = positional is [DictValue given] ? DictMethods.Copy(rendering, given) : new DictValue();
        if (positional is [not DictValue])
        {
            foreach (Value pair in Sequences.ToList(rendering, positional[0]))
            {
                IReadOnlyList<Value> items = Sequences.ToList(rendering, pair);
                if (items.Count != 2) throw new ChatTemplateException($"dictionary update sequence element has length {items.Count}; 2 is required");
                dict.Set(items[0], items[1]);
            }
        }
        foreach ((Value key, Value value) in named.Entries) dict.Set(key, value);
        return dict;
    }

    private static NamespaceValue Namespace(Rendering rendering, IReadOnlyList<Value> positional, DictValue named)
    {
        NamespaceValue space = new();
        foreach ((Value key, Value value) in Dict(rendering, positional, named).Entries) space.Set(key, value);
        return space;
    }

    private static FunctionValue Joiner(Value? separator)
    {
        bool used = false;
        Value text = separator ?? new TextValue(", ");
        return new FunctionValue("joiner", "", (_, _) =>
        {
            if (used) return text;
            used = true;
            return TextValue.Empty;
        }, "Joiner");
    }

    /// <summary>Placeholder text: always the same words, unlike the reference's.</summary>
    private static TextValue Lipsum(Rendering rendering, int count, bool html, int min, int max)
    {
        string[] words = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit"];
        int length = Math.Clamp((min + max) / 2, 1, 10_000);
        MarkedWriter writer = new(rendering);
        for (int i = 0; i < count; i++)
        {
            rendering.Steps(length);
            if (i > 0) writer.Append(html ? "\n" : "\n\n");
            if (html) writer.Append("<p>");
            for (int w = 0; w < length; w++)
            {
                if (w > 0) writer.Append(' ');
                writer.Append(w == 0 ? "Lorem" : words[w % words.Length]);
            }
            writer.Append(html ? ".</p>" : ".");
        }
        return writer.ToValue(html);
    }
}
