using System.Collections.Frozen;
using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>All tests (<c>value is name</c>) by name.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Method> Known = new MethodTable
    {
        { "defined", "", static (_, v, _) => v is not UndefinedValue },
        { "undefined", "", static (_, v, _) => v is UndefinedValue },
        { "none", "", static (_, v, _) => v is NoneValue },
        { "boolean", "", static (_, v, _) => v is BoolValue },
        { "true", "", static (_, v, _) => v == BoolValue.True },
        { "false", "", static (_, v, _) => v == BoolValue.False },
        { "integer", "", static (_, v, _) => v is IntValue },
        { "float", "", static (_, v, _) => v is FloatValue },
        { "number", "", static (_, v, _) => Numbers.IsNumber(v) },
        { "string", "", static (_, v, _) => v is TextValue },
        { "mapping", "", static (_, v, _) => v is DictValue },
        { "sequence", "", static (_, v, _) => v is TextValue or SequenceValue or DictValue or RangeValue or BytesValue or UndefinedValue },
        { "iterable", "", static (r, v, _) => v is IteratorValue or LoopValue || v.Iterate(r) is not null },
        { "callable", "", static (_, v, _) => v.IsCallable || v is UndefinedValue },
        { "escaped", "", static (_, v, _) => v is TextValue { Safe: true } },
        { "lower", "", static (r, v, _) => TextPredicates.IsCase(r.ToText(v), Characters.IsLower) },
        { "upper", "", static (r, v, _) => TextPredicates.IsCase(r.ToText(v), Characters.IsUpper) },
        { "odd", "", static (r, v, _) => Remainder(r, v, IntValue.Of(2), 1) },
        { "even", "", static (r, v, _) => Remainder(r, v, IntValue.Of(2), 0) },
        { "divisibleby", "num", static (r, v, a) => Remainder(r, v, a[0]!, 0) },
        { "filter", "", static (r, v, _) => IsKnown(v, Filters.Find) },
        { "test", "", static (r, v, _) => IsKnown(v, Find) },
        { "sameas", "other", static (_, v, a) => IsSame(v, a[0]!) },
        { "in", "seq", static (r, v, a) => Comparison.Contains(r, a[0]!, v) },
        { "eq", "other", static (r, v, a) => Comparison.AreEqual(r, v, a[0]!) },
        { "==", "eq" },
        { "equalto", "eq" },
        { "ne", "other", static (r, v, a) => !Comparison.AreEqual(r, v, a[0]!) },
        { "!=", "ne" },
        { "gt", "other", static (r, v, a) => Comparison.Holds(r, ">", v, a[0]!) },
        { ">", "gt" },
        { "greaterthan", "gt" },
        { "ge", "other", static (r, v, a) => Comparison.Holds(r, ">=", v, a[0]!) },
        { ">=", "ge" },
        { "lt", "other", static (r, v, a) => Comparison.Holds(r, "<", v, a[0]!) },
        { "<", "lt" },
        { "lessthan", "lt" },
        { "le", "other", static (r, v, a) => Comparison.Holds(r, "<=", v, a[0]!) },
        { "<=", "le" },
    }.Freeze();

    public static Method? Find(string name) => Known.GetValueOrDefault(name);

    private static bool Remainder(Rendering rendering, Value value, Value divisor, int rest) =>
        Comparison.AreEqual(rendering, Arithmetic.Modulo(rendering, value, divisor), IntValue.Of(rest));

    private static bool IsKnown(Value name, Func<string, Method?> find)
    {
        KeyComparer.RequireHashable(name);
        return name is TextValue text && find(text.Text) is not null;
    }

    // Small integers and equal literals are the same object in Python; no template relies on more.
    private static bool IsSame(Value value, Value other) => ReferenceEquals(value, other)
        || (value is TextValue a && other is TextValue b && a.Text == b.Text && a.Safe == b.Safe)
        || (value is IntValue { Number: BigInteger i } && other is IntValue { Number: BigInteger j } && i == j)
        || (value is TupleValue { Items.Count: 0 } && other is TupleValue { Items.Count: 0 });
}
