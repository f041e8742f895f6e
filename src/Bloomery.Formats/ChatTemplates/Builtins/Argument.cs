using System.Numerics;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Arguments of built-in functions as C# values.</summary>
internal static class Argument
{
    /// <summary>An integer, clamped to 32 bits.</summary>
    public static int Int(Value? value, int otherwise)
    {
        if (value is null) return otherwise;
        if (value is UndefinedValue undefined) throw undefined.Error();
        return Numbers.TryInt(value, out BigInteger number)
            ? (int)BigInteger.Max(BigInteger.Min(number, int.MaxValue), -int.MaxValue)
            : throw new ChatTemplateException($"'{value.TypeName}' object cannot be interpreted as an integer");
    }

    public static int? OptionalInt(Value? value) => value is null or NoneValue ? null : Int(value, 0);

    public static bool Bool(Value? value, bool otherwise = false) => value?.IsTrue ?? otherwise;

    public static TextValue Text(Value? value, string function) => value switch
    {
        TextValue text => text,
        UndefinedValue undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"{function}() needs a str, not {value?.TypeName ?? "nothing"}"),
    };

    public static TextValue? OptionalText(Value? value, string function) =>
        value is null or NoneValue ? null : Text(value, function);
}
