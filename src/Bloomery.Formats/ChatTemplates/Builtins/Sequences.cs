using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>What filters need to go through, sort and pick from sequences.</summary>
internal static class Sequences
{
    /// <summary>The elements of a value, or an error where it has none.</summary>
    public static IEnumerator<Value> Iterate(Rendering rendering, Value value) => value.Iterate(rendering)
        ?? throw new ChatTemplateException($"'{value.TypeName}' object is not iterable");

    public static IReadOnlyList<Value> ToList(Rendering rendering, Value value)
    {
        switch (value)
        {
            case SequenceValue sequence:
                return sequence.Items;
            case DictViewValue view:
                return view.Items;
        }
        IEnumerator<Value> elements = Iterate(rendering, value);
        List<Value> list = [];
        while (elements.MoveNext())
        {
            rendering.Step();
            list.Add(elements.Current);
        }
        rendering.Elements(list.Count);
        return list;
    }

    /// <summary>A stable sort by the order of Python values.</summary>
    public static List<T> Sort<T>(Rendering rendering, IReadOnlyList<T> items, Func<T, Value> key, bool reverse)
    {
        (Value Key, T Item)[] keyed = new (Value, T)[items.Count];
        for (int i = 0; i < keyed.Length; i++) keyed[i] = (key(items[i]), items[i]);
        Comparer<(Value Key, T Item)> order = Comparer<(Value Key, T Item)>.Create((x, y) =>
            Comparison.Holds(rendering, "<", x.Key, y.Key) ? -1 : Comparison.Holds(rendering, "<", y.Key, x.Key) ? 1 : 0);
        if (reverse) Array.Reverse(keyed);
        MergeSort(keyed, order);
        if (reverse) Array.Reverse(keyed);
        List<T> sorted = new(keyed.Length);
        foreach ((_, T item) in keyed) sorted.Add(item);
        return sorted;
    }

    /// <summary>A function that follows a path such as <c>a.0.b</c> into a value.</summary>
    public static Func<Value, Value> Getter(Rendering rendering, Value? attribute, bool ignoreCase = false, Value? otherwise = null)
    {
        Value[] path = Path(attribute);
        return item =>
        {
            foreach (Value part in path)
            {
                item = Attributes.Item(rendering, item, part);
                if (otherwise is not null and not NoneValue && item is UndefinedValue) item = otherwise;
            }
            return ignoreCase ? IgnoreCase(rendering, item) : item;
        };
    }

    /// <summary>As <see cref="Getter"/>, for several paths with commas between them. Always a list: what is equal in it needs no order.</summary>
    public static Func<Value, Value> MultiGetter(Rendering rendering, Value? attribute, bool ignoreCase)
    {
        Func<Value, Value>[] getters = attribute is TextValue text
            ? [.. text.Text.Split(',').Select(path => Getter(rendering, new TextValue(path), ignoreCase))]
            : [Getter(rendering, attribute, ignoreCase)];
        return item => new ListValue([.. getters.Select(getter => getter(item))]);
    }

    public static Value IgnoreCase(Rendering rendering, Value value) =>
        value is TextValue text ? text.Map(rendering, Characters.Lower) : value;

    private static Value[] Path(Value? attribute) => attribute switch
    {
        null or NoneValue => [],
        TextValue text => [.. text.Text.Split('.').Select(static part =>
            part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)
            ? (Value)IntValue.Of(int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)) : new TextValue(part))],
        _ => [attribute],
    };

    // Array.Sort is not stable and may misbehave on a comparison that is not an order (NaN); this is neither.
    private static void MergeSort<T>(T[] items, Comparer<T> order)
    {
        T[] from = items;
        T[] to = new T[items.Length];
        for (long width = 1; width < items.Length; width *= 2)
        {
            for (long begin = 0; begin < items.Length; begin += 2 * width)
            {
                long middle = Math.Min(begin + width, items.Length);
                long end = Math.Min(begin + (2 * width), items.Length);
                long left = begin;
                long right = middle;
                for (long k = begin; k < end; k++)
                    to[k] = left < middle && (right >= end || order.Compare(from[right], from[left]) >= 0) ? from[left++] : from[right++];
            }
            (from, to) = (to, from);
        }
        if (from != items) Array.Copy(from, items, items.Length);
    }
}
