using System.Globalization;
using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Filters of numbers and of values of any kind.</summary>
internal static class ValueFilters
{
    private static readonly string[] Units = ["B", "k", "M", "G", "T", "P", "E", "Z", "Y"];

    public static MethodTable All { get; } = new()
    {
        { "default", "default_value=, boolean=", static (_, v, a) => v is UndefinedValue || (Argument.Bool(a[1]) && !v.IsTrue) ? a[0] ?? TextValue.Empty : v },
        { "d", "default" },
        { "abs", "", static (_, v, _) => Abs(v) },
        { "int", "default=, base=", static (_, v, a) => Int(v, a) },
        { "float", "default=", static (_, v, a) => Float(v, a[0]) },
        { "round", "precision=, method=", static (r, v, a) => Round(r, v, a) },
        { "filesizeformat", "binary=", static (_, v, a) => new TextValue(FileSize(RequireFloat(v), Argument.Bool(a[0]))) },
        { "attr", "name", static (r, v, a) => Attributes.Find(r, v, Argument.Text(a[0], "attr").Text) ?? new UndefinedValue(v, a[0]!) },
        { "tojson", "ensure_ascii=, indent=, separators=, sort_keys=", static (r, v, a) => ToJson(r, v, a) },
        { "pprint", "", static (r, v, _) => PrettyPrinter.Print(r, v) },
    };

    private static Value Abs(Value value)
    {
        if (Numbers.TryInt(value, out BigInteger integer)) return IntValue.Of(BigInteger.Abs(integer));
        if (value is FloatValue number) return new FloatValue(Math.Abs(number.Number));
        throw (value as UndefinedValue)?.Error() ?? new ChatTemplateException($"bad operand type for abs(): '{value.TypeName}'");
    }

    private static Value Int(Value value, Value?[] arguments)
    {
        if (value is UndefinedValue undefined) throw undefined.Error();
        int radix = Argument.Int(arguments[1], 10);
        if (value is TextValue text)
        {
            if (radix is 0 or (>= 2 and <= 36) && Numbers.TryParseInt(text.Text, radix, out BigInteger parsed)) return IntValue.Of(parsed);
            if (Numbers.TryParseFloat(text.Text, out double number) && double.IsFinite(number)) return IntValue.Of(new BigInteger(number));
        }
        else if (Numbers.TryInt(value, out BigInteger integer)) return IntValue.Of(integer);
        else if (value is FloatValue { Number: double number })
        {
            if (double.IsFinite(number)) return IntValue.Of(new BigInteger(number));
            if (double.IsInfinity(number)) throw new ChatTemplateException("cannot convert float infinity to integer");
        }
        return arguments[0] ?? IntValue.Zero;
    }

    private static Value Float(Value value, Value? otherwise)
    {
        if (value is UndefinedValue undefined) throw undefined.Error();
        if (Numbers.IsNumber(value)) return new FloatValue(Numbers.ToDouble(value));
        if (value is TextValue text && Numbers.TryParseFloat(text.Text, out double number)) return new FloatValue(number);
        return otherwise ?? new FloatValue(0);
    }

    private static double RequireFloat(Value value) => value switch
    {
        UndefinedValue undefined => throw undefined.Error(),
        TextValue text => Numbers.TryParseFloat(text.Text, out double number)
            ? number
            : throw new ChatTemplateException($"could not convert string to float: '{text.Text}'"),
        _ => Numbers.IsNumber(value)
            ? Numbers.ToDouble(value)
            : throw new ChatTemplateException($"float() argument must be a string or a real number, not '{value.TypeName}'"),
    };

    private static Value Round(Rendering rendering, Value value, Value?[] arguments)
    {
        int precision = Argument.Int(arguments[0], 0);
        string method = arguments[1] is null ? "common" : Argument.Text(arguments[1], "round").Text;
        if (value is UndefinedValue undefined) throw undefined.Error();
        if (!Numbers.IsNumber(value)) throw new ChatTemplateException($"type {value.TypeName} doesn't define __round__ method");
        switch (method)
        {
            case "common" when Numbers.TryInt(value, out BigInteger integer):
                return IntValue.Of(precision >= 0 ? integer : RoundInteger(integer, -precision));
            case "common":
                return new FloatValue(FloatText.Round(((FloatValue)value).Number, precision));
            case "ceil" or "floor":
                Value factor = Arithmetic.Power(rendering, IntValue.Of(10), IntValue.Of(precision));
                Value scaled = Arithmetic.Multiply(rendering, value, factor);
                return Arithmetic.Divide(rendering, Whole(scaled, method == "ceil"), factor);
            default:
                throw new ChatTemplateException("method must be common, ceil or floor");
        }
    }

    private static IntValue Whole(Value value, bool up)
    {
        if (Numbers.TryInt(value, out BigInteger integer)) return IntValue.Of(integer);
        double number = Numbers.ToDouble(value);
        if (!double.IsFinite(number)) throw new ChatTemplateException($"cannot convert float {(double.IsNaN(number) ? "NaN" : "infinity")} to integer");
        return IntValue.Of(new BigInteger(up ? Math.Ceiling(number) : Math.Floor(number)));
    }

    private static BigInteger RoundInteger(BigInteger integer, int zeros)
    {
        if (zeros > 5_000) return BigInteger.Zero;
        BigInteger unit = BigInteger.Pow(10, zeros);
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(integer), unit, out BigInteger rest);
        int half = (rest * 2).CompareTo(unit);
        if (half > 0 || (half == 0 && !quotient.IsEven)) quotient++;
        return quotient * unit * integer.Sign;
    }

    private static string FileSize(double bytes, bool binary)
    {
        if (bytes == 1) return "1 Byte";
        double unit = binary ? 1024 : 1000;
        if (!double.IsFinite(bytes)) throw new ChatTemplateException("cannot convert that float to integer");
        if (bytes < unit) return $"{new BigInteger(bytes).ToString(CultureInfo.InvariantCulture)} Bytes";
        double divisor = unit;
        int index = 1;
        while (index < Units.Length - 1 && bytes >= divisor * unit)
        {
            divisor *= unit;
            index++;
        }
        return $"{FloatText.Fixed(bytes / divisor, 1)} {(binary ? Units[index].ToUpperInvariant() + "iB" : Units[index] + "B")}";
    }

    private static TextValue ToJson(Rendering rendering, Value value, Value?[] arguments)
    {
        string? indent = arguments[1] switch
        {
            null or NoneValue => null,
            TextValue text => text.Text,
            _ => IndentOf(rendering, Argument.Int(arguments[1], 0)),
        };
        TextValue item = new(indent is null ? ", " : ",");
        TextValue key = new(": ");
        if (arguments[2] is not null and not NoneValue)
        {
            IReadOnlyList<Value> separators = Sequences.ToList(rendering, arguments[2]!);
            if (separators.Count != 2) throw new ChatTemplateException("separators must be a pair");
            item = Argument.Text(separators[0], "tojson");
            key = Argument.Text(separators[1], "tojson");
        }
        MarkedWriter writer = new(rendering);
        new JsonText(writer, Argument.Bool(arguments[0]), indent, item, key, Argument.Bool(arguments[3])).Write(value);
        return writer.ToValue();
    }

    private static string IndentOf(Rendering rendering, int count)
    {
        rendering.Text(Math.Max(count, 0));
        return new string(' ', Math.Max(count, 0));
    }
}
