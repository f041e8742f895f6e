using System.Collections.Frozen;
using System.Numerics;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>The attributes and methods of integers and floats.</summary>
internal static class NumberMethods
{
    private static readonly FrozenDictionary<string, Method> OfInt = new MethodTable
    {
        { "bit_length", "", static (_, n, _) => IntValue.Of((BigInteger)BigInteger.Abs(((IntValue)n).Number).GetBitLength()) },
        { "bit_count", "", static (_, n, _) => IntValue.Of(BigInteger.PopCount(BigInteger.Abs(((IntValue)n).Number))) },
        { "conjugate", "", static (_, n, _) => n },
        { "as_integer_ratio", "", static (_, n, _) => new TupleValue([n, IntValue.One]) },
    }.Freeze();

    private static readonly FrozenDictionary<string, Method> OfFloat = new MethodTable
    {
        { "is_integer", "", static (_, n, _) => double.IsInteger(((FloatValue)n).Number) },
        { "conjugate", "", static (_, n, _) => n },
    }.Freeze();

    public static Value? Attribute(IntValue number, string name) => name switch
    {
        "real" or "numerator" => number,
        "imag" => IntValue.Zero,
        "denominator" => IntValue.One,
        _ => OfInt.TryGetValue(name, out Method? method) ? new MethodValue(number, method) : null,
    };

    public static Value? Attribute(FloatValue number, string name) => name switch
    {
        "real" => number,
        "imag" => new FloatValue(0),
        _ => OfFloat.TryGetValue(name, out Method? method) ? new MethodValue(number, method) : null,
    };
}
