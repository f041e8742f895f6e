using System.Globalization;
using System.Numerics;

namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>Python's view of booleans, integers and floats as one family of numbers.</summary>
internal static class Numbers
{
    /// <summary>Reads an <c>int</c> or a <c>bool</c>.</summary>
    public static bool TryInt(Value value, out BigInteger integer)
    {
        switch (value)
        {
            case IntValue i:
                integer = i.Number;
                return true;
            case BoolValue b:
                integer = b.IsTrue ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                integer = default;
                return false;
        }
    }

    public static bool IsNumber(Value value) => value is IntValue or FloatValue or BoolValue;

    /// <summary>The number as a double; an integer that does not fit is an error.</summary>
    public static double ToDouble(Value value)
    {
        if (value is FloatValue f) return f.Number;
        if (!TryInt(value, out BigInteger integer)) throw new ChatTemplateException($"must be real number, not {value.TypeName}");
        double number = RoundToDouble(integer);
        return double.IsInfinity(number) ? throw new ChatTemplateException("int too large to convert to float") : number;
    }

    /// <summary>Whether two numbers are equal by exact value; null if one is not a number.</summary>
    public static bool? AreEqual(Value x, Value y) => Compare(x, y) is { } order ? order == 0 : null;

    /// <summary>
    /// The order of two numbers by exact value; null if one is not a number, <see cref="int.MinValue"/> if one is NaN.
    /// </summary>
    public static int? Compare(Value x, Value y)
    {
        if (x is FloatValue a && y is FloatValue b)
            return double.IsNaN(a.Number) || double.IsNaN(b.Number) ? int.MinValue : a.Number.CompareTo(b.Number);
        if (TryInt(x, out BigInteger i) && TryInt(y, out BigInteger j)) return i.CompareTo(j);
        if (x is FloatValue f && TryInt(y, out j)) return CompareFloat(f.Number, j);
        if (y is FloatValue g && TryInt(x, out i)) return CompareFloat(g.Number, i) is var order && order == int.MinValue ? order : -order;
        return null;
    }

    /// <summary>An integer as Python's <c>int(text, base)</c> reads it; base 0 goes by prefix.</summary>
    public static bool TryParseInt(string text, int radix, out BigInteger number)
    {
        number = default;
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        bool negative = digits is ['-', ..];
        if (digits is ['-' or '+', ..]) digits = digits[1..];
        int prefix = digits is ['0', var letter, ..]
            ? char.ToLowerInvariant(letter) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 }
            : 0;
        if (prefix != 0 && (radix == 0 || radix == prefix))
        {
            radix = prefix;
            digits = digits[2..];
            if (digits is ['_', ..]) digits = digits[1..];
        }
        else if (radix == 0)
        {
            radix = 10;
            if (digits.Length > 1 && digits[0] == '0' && digits.IndexOfAnyExcept('0', '_') >= 0) return false;
        }
        if (digits.Length == 0 || digits.Length > 4_300 || digits[0] == '_' || digits[^1] == '_') return false;
        BigInteger value = BigInteger.Zero;
        for (int i = 0; i < digits.Length; i++)
        {
            char c = digits[i];
            if (c == '_')
            {
                if (digits[i - 1] == '_') return false;
                continue;
            }
            int digit = c is >= 'a' and <= 'z' ? c - 'a' + 10 : c is >= 'A' and <= 'Z' ? c - 'A' + 10 : DecimalDigit(c);
            if (digit < 0 || digit >= radix) return false;
            value = (value * radix) + digit;
        }
        number = negative ? -value : value;
        return true;
    }

    /// <summary>A float as Python's <c>float(text)</c> reads it.</summary>
    public static bool TryParseFloat(string text, out double number)
    {
        string trimmed = text.Trim();
        bool negative = trimmed.StartsWith('-');
        string body = trimmed.TrimStart('+', '-').ToLowerInvariant();
        number = 0;
        if (trimmed.Length - body.Length > 1) return false;
        if (body is "inf" or "infinity") number = double.PositiveInfinity;
        else if (body == "nan") number = double.NaN;
        else
        {
            if (body.Length == 0 || body[0] == '_' || body[^1] == '_' || body.Contains("__") || !IsDecimalFloat(body)) return false;
            string plain = body.Replace("_", "");
            if (!double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return false;
        }
        if (negative) number = -number;
        return true;
    }

    /// <summary>The double nearest to an integer, ties to even (BigInteger's own conversion truncates).</summary>
    public static double RoundToDouble(BigInteger integer)
    {
        BigInteger magnitude = BigInteger.Abs(integer);
        int extra = (int)Math.Min(magnitude.GetBitLength(), int.MaxValue) - 64;
        if (extra <= 0)
        {
            double small = (ulong)magnitude;
            return integer.Sign < 0 ? -small : small;
        }
        ulong top = (ulong)(magnitude >> extra);
        if ((top << extra) != magnitude || !(magnitude & ((BigInteger.One << extra) - 1)).IsZero) top |= 1;    // sticky bit
        double value = Math.ScaleB((double)top, extra);
        return integer.Sign < 0 ? -value : value;
    }

    private static int DecimalDigit(char c) => char.IsDigit(c) ? (int)CharUnicodeInfo.GetNumericValue(c) : -1;

    private static bool IsDecimalFloat(string body)
    {
        foreach (char c in body)
            if (!char.IsAsciiDigit(c) && c is not ('.' or 'e' or '+' or '-' or '_')) return false;
        return true;
    }

    private static int CompareFloat(double number, BigInteger integer)
    {
        if (double.IsNaN(number)) return int.MinValue;
        if (double.IsInfinity(number)) return number > 0 ? 1 : -1;
        double floor = Math.Floor(number);
        int order = new BigInteger(floor).CompareTo(integer);
        return order != 0 ? order : number > floor ? 1 : 0;
    }
}
