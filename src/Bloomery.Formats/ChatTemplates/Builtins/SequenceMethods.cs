using System.Collections.Frozen;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>The methods of lists, tuples and ranges; those that would change a list are refused.</summary>
internal static class SequenceMethods
{
    private static readonly FrozenSet<string> Changing =
        FrozenSet.ToFrozenSet(["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]);

    private static readonly FrozenDictionary<string, Method> Known = new MethodTable
    {
        { "count", "value", static (r, s, a) => IntValue.Of(Count(r, Sequences.ToList(r, s), a[0]!)) },
        { "index", "value, start=, stop=", static (r, s, a) => Index(r, Sequences.ToList(r, s), a) },
        { "copy", "", static (_, s, _) => s },
    }.Freeze();

    public static Value? FindOnList(ListValue owner, string name) =>
        Changing.Contains(name) ? UndefinedValue.Unsafe(owner, name) : Find(owner, name);

    public static Value? FindOnTuple(TupleValue owner, string name) => name == "copy" ? null : Find(owner, name);

    public static Value? FindOnRange(RangeValue owner, string name) => name == "copy" ? null : Find(owner, name);

    private static MethodValue? Find(Value owner, string name) =>
        Known.TryGetValue(name, out Method? method) ? new MethodValue(owner, method) : null;

    private static int Count(Rendering rendering, IReadOnlyList<Value> items, Value value)
    {
        int count = 0;
        foreach (Value item in items)
            if (ReferenceEquals(item, value) || Comparison.AreEqual(rendering, item, value)) count++;
        return count;
    }

    private static IntValue Index(Rendering rendering, IReadOnlyList<Value> items, Value?[] arguments)
    {
        int start = Clamp(Argument.Int(arguments[1], 0));
        int stop = Clamp(Argument.Int(arguments[2], int.MaxValue));
        for (int i = start; i < stop; i++)
            if (Comparison.AreEqual(rendering, items[i], arguments[0]!)) return IntValue.Of(i);
        throw new ChatTemplateException("the value is not in the list");

        int Clamp(int place) => Math.Clamp(place < 0 ? place + items.Count : place, 0, items.Count);
    }
}
