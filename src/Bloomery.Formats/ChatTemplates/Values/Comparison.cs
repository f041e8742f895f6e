using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>Equality, order and membership as Python defines them.</summary>
internal static class Comparison
{
    public static bool AreEqual(Rendering rendering, Value x, Value y)
    {
        using Rendering.Nesting nesting = rendering.Nest();
        switch (x, y)
        {
            case (FloatValue a, FloatValue b):
                return a.Number == b.Number;
            case (TextValue a, TextValue b):
                rendering.Steps(Math.Min(a.Text.Length, b.Text.Length) >> 6);
                return a.Text == b.Text;
            case (ListValue a, ListValue b):
                return AreEqual(rendering, a.Items, b.Items);
            case (TupleValue a, TupleValue b):
                return AreEqual(rendering, a.Items, b.Items);
            case (DictValue a, DictValue b):
                return AreEqual(rendering, a, b);
            case (DictViewValue a, DictViewValue b) when a.TypeName == b.TypeName && a.TypeName != "dict_values":
                return AreEqualSets(rendering, a.Items, b.Items);
            case (RangeValue a, RangeValue b):
                return a.Length == b.Length && (a.Length == 0 || (a.Start == b.Start && (a.Length == 1 || a.Step == b.Step)));
            default:
                return KeyComparer.Instance.Equals(x, y);
        }
    }

    /// <summary>The sign of the order of two values; NaN is ordered with nothing. Types without order are an error.</summary>
    public static bool Holds(Rendering rendering, string op, Value x, Value y)
    {
        if (x is UndefinedValue u) throw u.Error();
        if (y is UndefinedValue v) throw v.Error();
        int order = Order(rendering, op, x, y);
        if (order == int.MinValue) return false;
        return op switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    public static bool Contains(Rendering rendering, Value container, Value item)
    {
        switch (container)
        {
            case TextValue text:
                if (item is not TextValue part)
                    throw new ChatTemplateException($"'in <string>' requires string as left operand, not {item.TypeName}");
                rendering.Steps(text.Text.Length >> 4);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case DictValue dict:
                KeyComparer.RequireHashable(item);
                return dict.Get(item) is not null;
            case RangeValue range when Numbers.TryInt(item, out System.Numerics.BigInteger number):
                return range.Length > 0 && (number - range.Start) % range.Step == 0
                    && (number - range.Start) / range.Step is var index && index >= 0 && index < range.Length;
            default:
                if (container.Iterate(rendering) is not { } elements)
                    throw new ChatTemplateException($"argument of type '{container.TypeName}' is not iterable");
                while (elements.MoveNext())
                    if (ReferenceEquals(elements.Current, item) || AreEqual(rendering, elements.Current, item)) return true;
                return false;
        }
    }

    private static bool AreEqual(Rendering rendering, IReadOnlyList<Value> x, IReadOnlyList<Value> y)
    {
        if (x.Count != y.Count) return false;
        for (int i = 0; i < x.Count; i++)
            if (!ReferenceEquals(x[i], y[i]) && !AreEqual(rendering, x[i], y[i])) return false;
        return true;
    }

    private static bool AreEqual(Rendering rendering, DictValue x, DictValue y)
    {
        if (x.Length != y.Length) return false;
        foreach ((Value key, Value value) in x.Entries)
        {
            if (y.Get(key) is not { } other) return false;
            if (!ReferenceEquals(value, other) && !AreEqual(rendering, value, other)) return false;
        }
        return true;
    }

    private static bool AreEqualSets(Rendering rendering, IReadOnlyList<Value> x, IReadOnlyList<Value> y) =>
        x.Count == y.Count && x.All(item => Contains(rendering, new ListValue(y), item));

    private static int Order(Rendering rendering, string op, Value x, Value y)
    {
        using Rendering.Nesting nesting = rendering.Nest();
        switch (x, y)
        {
            case (TextValue a, TextValue b):
                rendering.Steps(Math.Min(a.Text.Length, b.Text.Length) >> 6);
                return CompareText(a.Text, b.Text);
            case (ListValue a, ListValue b):
                return OrderItems(rendering, op, a.Items, b.Items);
            case (TupleValue a, TupleValue b):
                return OrderItems(rendering, op, a.Items, b.Items);
            case (BytesValue a, BytesValue b):
                return a.Bytes.AsSpan().SequenceCompareTo(b.Bytes);
            default:
                return Numbers.Compare(x, y)
                    ?? throw new ChatTemplateException($"'{op}' not supported between instances of '{x.TypeName}' and '{y.TypeName}'");
        }
    }

    private static int OrderItems(Rendering rendering, string op, IReadOnlyList<Value> x, IReadOnlyList<Value> y)
    {
        for (int i = 0; i < Math.Min(x.Count, y.Count); i++)
            if (!ReferenceEquals(x[i], y[i]) && !AreEqual(rendering, x[i], y[i])) return Order(rendering, op, x[i], y[i]);
        return x.Count.CompareTo(y.Count);
    }

    // By code point: a surrogate pair sorts after every other character, unlike in UTF-16.
    private static int CompareText(string x, string y)
    {
        int length = Math.Min(x.Length, y.Length);
        int i = x.AsSpan(0, length).CommonPrefixLength(y.AsSpan(0, length));
        if (i == length) return x.Length.CompareTo(y.Length);
        bool pairX = char.IsSurrogate(x[i]);
        return pairX == char.IsSurrogate(y[i]) ? x[i].CompareTo(y[i]) : pairX ? 1 : -1;
    }
}
