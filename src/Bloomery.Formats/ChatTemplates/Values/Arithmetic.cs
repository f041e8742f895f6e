using System.Numerics;
using Bloomery.Formats.ChatTemplates.Builtins;
using Bloomery.Formats.ChatTemplates.Runtime;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>The operators <c>+ - * / // % **</c> as Python defines them.</summary>
internal static class Arithmetic
{
    public static Value Add(Rendering rendering, Value x, Value y)
    {
        switch (x, y)
        {
            case (IntValue a, IntValue b):
                return IntValue.Of(a.Number + b.Number);
            case (TextValue a, TextValue b):
                return Join(rendering, a, b);
            case (ListValue a, ListValue b):
                return new ListValue(Join(rendering, a.Items, b.Items));
            case (TupleValue a, TupleValue b):
                return new TupleValue(Join(rendering, a.Items, b.Items));
            default:
                if (Integers(x, y, out BigInteger i, out BigInteger j)) return IntValue.Of(i + j);
                if (Floats(x, y)) return new FloatValue(Numbers.ToDouble(x) + Numbers.ToDouble(y));
                if (x is TextValue) throw Undefined(y) ?? new ChatTemplateException($"can only concatenate str (not \"{y.TypeName}\") to str");
                if (x is ListValue) throw Undefined(y) ?? new ChatTemplateException($"can only concatenate list (not \"{y.TypeName}\") to list");
                throw Unsupported("+", x, y);
        }
    }

    public static Value Subtract(Rendering rendering, Value x, Value y)
    {
        if (Integers(x, y, out BigInteger i, out BigInteger j)) return IntValue.Of(i - j);
        if (Floats(x, y)) return new FloatValue(Numbers.ToDouble(x) - Numbers.ToDouble(y));
        throw Unsupported("-", x, y);
    }

    public static Value Multiply(Rendering rendering, Value x, Value y)
    {
        if (Integers(x, y, out BigInteger i, out BigInteger j))
        {
            IntValue.CheckBits((double)i.GetBitLength() + j.GetBitLength());
            return IntValue.Of(i * j);
        }
        if (Floats(x, y)) return new FloatValue(Numbers.ToDouble(x) * Numbers.ToDouble(y));
        if (Numbers.TryInt(y, out BigInteger count) && x is TextValue or SequenceValue or BytesValue) return Repeat(rendering, x, count);
        if (Numbers.TryInt(x, out count) && y is TextValue or SequenceValue or BytesValue) return Repeat(rendering, y, count);
        throw Unsupported("*", x, y);
    }

    public static Value Divide(Rendering rendering, Value x, Value y)
    {
        if (Integers(x, y, out BigInteger i, out BigInteger j))
        {
            if (j.IsZero) throw new ChatTemplateException("division by zero");
            double quotient = Ratio(i, j);
            return double.IsInfinity(quotient)
                ? throw new ChatTemplateException("integer division result too large for a float")
                : new FloatValue(quotient);
        }
        if (!Floats(x, y)) throw Unsupported("/", x, y);
        double divisor = Numbers.ToDouble(y);
        return divisor == 0 ? throw new ChatTemplateException("float division by zero") : new FloatValue(Numbers.ToDouble(x) / divisor);
    }

    public static Value FloorDivide(Rendering rendering, Value x, Value y)
    {
        if (Integers(x, y, out BigInteger i, out BigInteger j))
        {
            if (j.IsZero) throw new ChatTemplateException("integer division or modulo by zero");
            BigInteger quotient = BigInteger.DivRem(i, j, out BigInteger rest);
            return IntValue.Of(!rest.IsZero && rest.Sign != j.Sign ? quotient - 1 : quotient);
        }
        if (!Floats(x, y)) throw Unsupported("//", x, y);
        DivideFloats(Numbers.ToDouble(x), Numbers.ToDouble(y), out double floor, out _);
        return new FloatValue(floor);
    }

    public static Value Modulo(Rendering rendering, Value x, Value y)
    {
        if (x is TextValue format) return PercentFormat.Format(rendering, format, y);
        if (Integers(x, y, out BigInteger i, out BigInteger j))
        {
            if (j.IsZero) throw new ChatTemplateException("integer modulo by zero");
            BigInteger rest = BigInteger.Remainder(i, j);
            return IntValue.Of(!rest.IsZero && rest.Sign != j.Sign ? rest + j : rest);
        }
        if (!Floats(x, y)) throw Unsupported("%", x, y);
        DivideFloats(Numbers.ToDouble(x), Numbers.ToDouble(y), out _, out double modulo);
        return new FloatValue(modulo);
    }

    public static Value Power(Rendering rendering, Value x, Value y)
    {
        if (Integers(x, y, out BigInteger i, out BigInteger j) && j.Sign >= 0)
        {
            if (i.IsZero || i.IsOne) return IntValue.Of(j.IsZero ? BigInteger.One : i);
            if (i == BigInteger.MinusOne) return IntValue.Of(j.IsEven ? 1 : -1);
            IntValue.CheckBits((double)j * (i.GetBitLength() - 1));
            return IntValue.Of(BigInteger.Pow(i, (int)j));
        }
        if (!Numbers.IsNumber(x) || !Numbers.IsNumber(y)) throw Unsupported("** or pow()", x, y);
        double b = Numbers.ToDouble(x);
        double e = Numbers.ToDouble(y);
        if (b == 0 && e < 0) throw new ChatTemplateException("0.0 cannot be raised to a negative power");
        if (b < 0 && double.IsFinite(b) && double.IsFinite(e) && e != Math.Floor(e))
            throw new ChatTemplateException("complex numbers are not supported");
        double power = Math.Pow(b, e);
        return double.IsInfinity(power) && double.IsFinite(b) && double.IsFinite(e)
            ? throw new ChatTemplateException("Numerical result out of range")
            : new FloatValue(power);
    }

    public static Value Negate(Value x)
    {
        if (Numbers.TryInt(x, out BigInteger integer)) return IntValue.Of(-integer);
        return x is FloatValue f
            ? new FloatValue(-f.Number)
            : throw Undefined(x) ?? new ChatTemplateException($"bad operand type for unary -: '{x.TypeName}'");
    }

    public static Value Plus(Value x)
    {
        if (Numbers.TryInt(x, out BigInteger integer)) return IntValue.Of(integer);
        return x is FloatValue ? x : throw Undefined(x) ?? new ChatTemplateException($"bad operand type for unary +: '{x.TypeName}'");
    }

    /// <summary>Concatenates; where one side is safe the other is escaped.</summary>
    public static TextValue Join(Rendering rendering, TextValue x, TextValue y)
    {
        if (x.Safe != y.Safe)
        {
            x = Escaping.Escape(rendering, x);
            y = Escaping.Escape(rendering, y);
        }
        if (x.Text.Length == 0 && x.Safe == y.Safe) return y;
        if (y.Text.Length == 0) return x;
        if (x.Marks is null && y.Marks is null)
        {
            rendering.Text((long)x.Text.Length + y.Text.Length);
            return new TextValue(x.Text + y.Text, null, x.Safe);
        }
        MarkedWriter writer = new(rendering);
        writer.Append(x);
        writer.Append(y);
        return writer.ToValue(x.Safe);
    }

    private static Value[] Join(Rendering rendering, IReadOnlyList<Value> x, IReadOnlyList<Value> y)
    {
        rendering.Elements((long)x.Count + y.Count);
        return [.. x, .. y];
    }

    private static Value Repeat(Rendering rendering, Value x, BigInteger times)
    {
        int length = x is TextValue t ? t.Text.Length : x.Length;
        if (times.Sign <= 0 || length == 0) times = 0;
        if (times * length > int.MaxValue) throw new ChatTemplateException("a repetition is too long", ChatTemplateError.Limit);
        int count = (int)times;
        switch (x)
        {
            case TextValue text:
                rendering.Text((long)length * count);
                MarkedWriter writer = new(rendering);
                for (int i = 0; i < count; i++) writer.Append(text);
                return writer.ToValue(text.Safe);
            case SequenceValue sequence:
                rendering.Elements((long)length * count);
                Value[] items = new Value[length * count];
                for (int i = 0; i < items.Length; i++) items[i] = sequence.Items[i % length];
                return sequence.Make(items);
            default:
                BytesValue bytes = (BytesValue)x;
                rendering.Text((long)length * count);
                return new BytesValue([.. Enumerable.Repeat(bytes.Bytes, count).SelectMany(static b => b)], bytes.Marked);
        }
    }

    private static void DivideFloats(double x, double y, out double floor, out double modulo)
    {
        if (y == 0) throw new ChatTemplateException("float floor division by zero");
        modulo = x % y;
        double quotient = (x - modulo) / y;
        if (modulo != 0)
        {
            if ((y < 0) != (modulo < 0))
            {
                modulo += y;
                quotient -= 1;
            }
        }
        else modulo = Math.CopySign(0, y);
        if (quotient == 0) floor = Math.CopySign(0, x / y);
        else
        {
            floor = Math.Floor(quotient);
            if (quotient - floor > 0.5) floor += 1;
        }
    }

    /// <summary>The correctly rounded quotient of two integers.</summary>
    private static double Ratio(BigInteger x, BigInteger y)
    {
        if (x.GetBitLength() <= 53 && y.GetBitLength() <= 53) return (double)x / (double)y;
        BigInteger a = BigInteger.Abs(x);
        BigInteger b = BigInteger.Abs(y);
        long shift = 66 - ((long)a.GetBitLength() - (long)b.GetBitLength());
        BigInteger scaled = shift >= 0 ? a << (int)shift : a;
        BigInteger divisor = shift >= 0 ? b : b << (int)-shift;
        BigInteger quotient = BigInteger.DivRem(scaled, divisor, out BigInteger rest);
        if (!rest.IsZero) quotient |= 1;
        double value = Math.ScaleB(Numbers.RoundToDouble(quotient), (int)Math.Clamp(-shift, -5_000, 5_000));
        return (x.Sign < 0) != (y.Sign < 0) ? -value : value;
    }

    private static bool Integers(Value x, Value y, out BigInteger i, out BigInteger j)
    {
        j = default;
        return Numbers.TryInt(x, out i) && Numbers.TryInt(y, out j);
    }

    private static bool Floats(Value x, Value y) =>
        (x is FloatValue && Numbers.IsNumber(y)) || (y is FloatValue && Numbers.IsNumber(x));

    private static ChatTemplateException? Undefined(Value value) => (value as UndefinedValue)?.Error();

    private static ChatTemplateException Unsupported(string op, Value x, Value y) => Undefined(x) ?? Undefined(y)
        ?? new ChatTemplateException($"unsupported operand type(s) for {op}: '{x.TypeName}' and '{y.TypeName}'");
}
