using System.Numerics;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>Equality of dict keys: numbers by value whatever their type, strings by characters, tuples by elements.</summary>
internal sealed class KeyComparer : IEqualityComparer<Value>
{
    public static readonly KeyComparer Instance = new();

    private const int MaxKeyWeight = 1_000;

    public static bool IsHashable(Value key) => key switch
    {
        ListValue or DictValue or NamespaceValue or DictViewValue => false,
        TupleValue tuple => tuple.Weight <= MaxKeyWeight && tuple.Items.All(IsHashable),
        _ => true,
    };

    public static void RequireHashable(Value key)
    {
        if (key is TupleValue { Weight: > MaxKeyWeight } tuple)
            throw new ChatTemplateException($"a key of {tuple.Weight} values is over the limit of {MaxKeyWeight}", ChatTemplateError.Limit);
        if (!IsHashable(key)) throw new ChatTemplateException($"unhashable type: '{key.TypeName}'");
    }

    public bool Equals(Value? x, Value? y)
    {
        if (ReferenceEquals(x, y)) return true;
        switch (x, y)
        {
            case (TextValue a, TextValue b):
                return a.Text == b.Text;
            case (TupleValue a, TupleValue b):
                if (a.Items.Count != b.Items.Count) return false;
                for (int i = 0; i < a.Items.Count; i++)
                    if (!Equals(a.Items[i], b.Items[i])) return false;
                return true;
            case (UndefinedValue, UndefinedValue):
                return true;
            case (BytesValue a, BytesValue b):
                return a.Bytes.AsSpan().SequenceEqual(b.Bytes);
            case (not null, not null):
                return Numbers.AreEqual(x, y) ?? false;
            default:
                return false;
        }
    }

    public int GetHashCode(Value value)
    {
        switch (value)
        {
            case TextValue text:
                return text.Text.GetHashCode();
            case TupleValue tuple:
                HashCode hash = default;
                foreach (Value item in tuple.Items) hash.Add(GetHashCode(item));
                return hash.ToHashCode();
            case FloatValue { Number: double number }:
                return double.IsFinite(number) && number == Math.Floor(number) ? new BigInteger(number).GetHashCode() : number.GetHashCode();
            case UndefinedValue:
                return 1;
            case BytesValue bytes:
                return bytes.Bytes.Length;
            default:
                return Numbers.TryInt(value, out BigInteger integer)
                    ? integer.GetHashCode()
                    : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value);
        }
    }
}
