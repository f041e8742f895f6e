using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Filters that take a sequence as a whole.</summary>
internal static class SequenceFilters
{
    private static readonly string[] GroupFields = ["grouper", "list"];

    public static MethodTable All { get; } = new()
    {
        { "length", "", static (_, v, _) => IntValue.Of(Length(v)) },
        { "count", "length" },
        { "first", "", static (r, v, _) =>
            Sequences.Iterate(r, v) is var e && e.MoveNext() ? e.Current : new UndefinedValue("No first item, sequence was empty.") },
        { "last", "", static (r, v, _) =>
            Reversed(r, v) is { } list ? list.Count > 0 ? list[^1] : new UndefinedValue("No last item, sequence was empty.") : throw NotReversible(v) },
        { "random", "", static (r, v, _) => Random(r, v) },
        { "list", "", static (r, v, _) => v is ListValue ? v : new ListValue(Sequences.ToList(r, v)) },
        { "reverse", "", static (r, v, _) => Reverse(r, v) },
        { "join", "d=, attribute=", static (r, v, a) => Join(r, v, a) },
        { "sort", "reverse=, case_sensitive=, attribute=", static (r, v, a) =>
            new ListValue(Sequences.Sort(r, Sequences.ToList(r, v), Sequences.MultiGetter(r, a[2], !Argument.Bool(a[1])), Argument.Bool(a[0]))) },
        { "dictsort", "case_sensitive=, by=, reverse=", static (r, v, a) => DictSort(r, v, a) },
        { "unique", "case_sensitive=, attribute=", static (r, v, a) => new IteratorValue(Unique(r, v, Sequences.Getter(r, a[1], !Argument.Bool(a[0])))) },
        { "min", "case_sensitive=, attribute=", static (r, v, a) => Extreme(r, v, a, "<") },
        { "max", "case_sensitive=, attribute=", static (r, v, a) => Extreme(r, v, a, ">") },
        { "sum", "attribute=, start=", static (r, v, a) => Sum(r, v, a) },
        { "groupby", "attribute, default=, case_sensitive=", static (r, v, a) => GroupBy(r, v, a) },
        { "batch", "linecount, fill_with=", static (r, v, a) => new IteratorValue(Batch(r, v, Argument.Int(a[0], 0), a[1])) },
        { "slice", "slices, fill_with=", static (r, v, a) => new IteratorValue(Slice(r, v, Argument.Int(a[0], 0), a[1])) },
        { "items", "", static (r, v, _) => new IteratorValue(Items(r, v)) },
    };

    private static int Length(Value value) => value.Length >= 0
        ? value.Length
        : throw new ChatTemplateException($"object of type '{value.TypeName}' has no len()");

    /// <summary>The elements where Python can go through them backwards, else null.</summary>
    private static IReadOnlyList<Value>? Reversed(Rendering rendering, Value value) =>
        value is TextValue or SequenceValue or RangeValue or DictValue or DictViewValue or BytesValue or UndefinedValue
            ? Sequences.ToList(rendering, value)
            : null;

    private static ChatTemplateException NotReversible(Value value) => new($"'{value.TypeName}' object is not reversible");

    private static Value Reverse(Rendering rendering, Value value)
    {
        if (value is TextValue) return Slicing.Slice(rendering, value, null, null, IntValue.Of(-1));
        if (value.Iterate(rendering) is null) throw new ChatTemplateException("argument must be iterable");
        bool lazy = Reversed(rendering, value) is not null;
        List<Value> list = [.. Sequences.ToList(rendering, value)];
        list.Reverse();
        return lazy ? new IteratorValue(list.GetEnumerator(), "list_reverseiterator") : new ListValue(list);
    }

    private static Value Random(Rendering rendering, Value value)
    {
        IReadOnlyList<Value> list = Reversed(rendering, value) ?? throw NotReversible(value);
        return list.Count == 0
            ? new UndefinedValue("No random item, sequence was empty.")
            : list[System.Random.Shared.Next(list.Count)];
    }

    private static TextValue Join(Rendering rendering, Value value, Value?[] arguments)
    {
        TextValue separator = arguments[0] is null ? TextValue.Empty : rendering.ToText(arguments[0]!);
        IReadOnlyList<Value> items = Sequences.ToList(rendering, value);
        if (arguments[1] is not null and not NoneValue)
        {
            Func<Value, Value> getter = Sequences.Getter(rendering, arguments[1]);
            items = [.. items.Select(getter)];
        }
        bool safe = rendering.AutoEscape && (separator.Safe || items.Any(static i => i is TextValue { Safe: true }));
        return TextMethods.Join(rendering, safe ? Escaping.Escape(rendering, separator) : separator.WithSafe(false), items, strict: false);
    }

    private static ListValue DictSort(Rendering rendering, Value value, Value?[] arguments)
    {
        DictValue dict = RequireDict(value);
        bool ignoreCase = !Argument.Bool(arguments[0]);
        int position = (arguments[1] as TextValue)?.Text switch
        {
            "key" => 0,
            "value" => 1,
            null when arguments[1] is null => 0,
            _ => throw new ChatTemplateException("You can only sort by either \"key\" or \"value\""),
        };
        return new ListValue(Sequences.Sort<Value>(rendering, DictMethods.Items(rendering, dict), item =>
        {
            Value key = ((TupleValue)item).Items[position];
            return ignoreCase ? Sequences.IgnoreCase(rendering, key) : key;
        }, Argument.Bool(arguments[2])));
    }

    private static IEnumerator<Value> Unique(Rendering rendering, Value value, Func<Value, Value> getter)
    {
        HashSet<Value> seen = new(KeyComparer.Instance);
        IEnumerator<Value> elements = Sequences.Iterate(rendering, value);
        while (elements.MoveNext())
        {
            rendering.Step();
            Value key = getter(elements.Current);
            KeyComparer.RequireHashable(key);
            if (seen.Add(key)) yield return elements.Current;
        }
    }

    private static Value Extreme(Rendering rendering, Value value, Value?[] arguments, string op)
    {
        Func<Value, Value> getter = Sequences.Getter(rendering, arguments[1], !Argument.Bool(arguments[0]));
        IEnumerator<Value> elements = Sequences.Iterate(rendering, value);
        if (!elements.MoveNext()) return new UndefinedValue("No aggregated item, sequence was empty.");
        Value best = elements.Current;
        Value bestKey = getter(best);
        while (elements.MoveNext())
        {
            Value key = getter(elements.Current);
            if (!Comparison.Holds(rendering, op, key, bestKey)) continue;
            best = elements.Current;
            bestKey = key;
        }
        return best;
    }

    private static Value Sum(Rendering rendering, Value value, Value?[] arguments)
    {
        Func<Value, Value> getter = Sequences.Getter(rendering, arguments[0]);
        Value sum = arguments[1] ?? IntValue.Zero;
        if (sum is TextValue) throw new ChatTemplateException("sum() can't sum strings [use ''.join(seq) instead]");
        IEnumerator<Value> elements = Sequences.Iterate(rendering, value);
        while (elements.MoveNext())
        {
            rendering.Step();
            sum = Arithmetic.Add(rendering, sum, getter(elements.Current));
        }
        return sum;
    }

    private static ListValue GroupBy(Rendering rendering, Value value, Value?[] arguments)
    {
        bool ignoreCase = !Argument.Bool(arguments[2]);
        Func<Value, Value> key = Sequences.Getter(rendering, arguments[0], ignoreCase, arguments[1]);
        Func<Value, Value> shown = Sequences.Getter(rendering, arguments[0], false, arguments[1]);
        List<Value> groups = [];
        List<Value> group = [];
        Value? current = null;
        foreach (Value item in Sequences.Sort(rendering, Sequences.ToList(rendering, value), key, false))
        {
            Value next = key(item);
            if (current is not null && !Comparison.AreEqual(rendering, current, next)) Flush();
            current = next;
            group.Add(item);
        }
        Flush();
        return new ListValue(groups);

        void Flush()
        {
            if (group.Count == 0) return;
            groups.Add(new TupleValue([ignoreCase ? shown(group[0]) : current!, new ListValue(group)], GroupFields));
            group = [];
        }
    }

    private static IEnumerator<Value> Batch(Rendering rendering, Value value, int count, Value? fill)
    {
        List<Value> batch = [];
        IEnumerator<Value> elements = Sequences.Iterate(rendering, value);
        while (elements.MoveNext())
        {
            rendering.Step();
            if (batch.Count == count)
            {
                yield return new ListValue(batch);
                batch = [];
            }
            batch.Add(elements.Current);
        }
        if (batch.Count == 0) yield break;
        if (fill is not null and not NoneValue && batch.Count < count)
        {
            rendering.Elements(count);
            while (batch.Count < count) batch.Add(fill);
        }
        yield return new ListValue(batch);
    }

    private static IEnumerator<Value> Slice(Rendering rendering, Value value, int slices, Value? fill)
    {
        IReadOnlyList<Value> items = Sequences.ToList(rendering, value);
        if (slices == 0) throw new ChatTemplateException("integer division or modulo by zero");
        int size = (int)Math.Floor((double)items.Count / slices);
        int larger = items.Count - (size * slices);
        int begin = 0;
        for (int i = 0; i < slices; i++)
        {
            rendering.Steps(8);
            int end = begin + size + (i < larger ? 1 : 0);
            List<Value> slice = new(end - begin + 1);
            for (int k = begin; k < end; k++) slice.Add(items[k]);
            if (fill is not null and not NoneValue && i >= larger) slice.Add(fill);
            begin = end;
            yield return new ListValue(slice);
        }
    }

    private static IEnumerator<Value> Items(Rendering rendering, Value value)
    {
        if (value is UndefinedValue) yield break;
        if (value is not DictValue dict) throw new ChatTemplateException("Can only get item pairs from a mapping.");
        foreach (Value item in DictMethods.Items(rendering, dict)) yield return item;
    }

    private static DictValue RequireDict(Value value) => value switch
    {
        DictValue dict => dict,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"'{value.TypeName}' object has no attribute 'items'"),
    };
}
