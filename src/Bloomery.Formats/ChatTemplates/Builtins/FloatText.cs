using System.Globalization;
using System.Numerics;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Floats as text the way Python writes them, every digit exact.</summary>
internal static class FloatText
{
    private const int MaxPrecision = 4_000;

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Repr(double number)
    {
        if (!double.IsFinite(number)) return NotFinite(number);
        Shortest(number, out string digits, out int exponent);
        string sign = double.IsNegative(number) ? "-" : "";
        if (exponent is < -4 or >= 16) return sign + Scientific(digits, exponent);
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    public static string NotFinite(double number) =>
        double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";

    /// <summary>Fixed notation with so many digits after the point, of the magnitude only.</summary>
    public static string Fixed(double number, int precision)
    {
        Check(precision);
        string digits = Scaled(Math.Abs(number), precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return precision == 0 ? digits : $"{digits[..^precision]}.{digits[^precision..]}";
    }

    /// <summary>Scientific notation with so many digits after the point, of the magnitude only.</summary>
    public static string Exponent(double number, int precision)
    {
        Check(precision);
        (string digits, int exponent) = Significant(Math.Abs(number), precision + 1);
        return (precision == 0 ? digits : $"{digits[..1]}.{digits[1..]}") + ExponentPart(exponent);
    }

    /// <summary>The shorter of both notations with so many significant digits, of the magnitude only.</summary>
    public static string General(double number, int precision, bool keepZeros)
    {
        Check(precision);
        precision = Math.Max(precision, 1);
        (string digits, int exponent) = Significant(Math.Abs(number), precision);
        if (!keepZeros) digits = digits.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
        if (exponent < -4 || exponent >= precision) return Scientific(digits, exponent);
        if (exponent < 0) return $"0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 1, '0');
        return digits.Length == exponent + 1 ? digits : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The number rounded to so many decimals, ties to even on the exact value.</summary>
    public static double Round(double number, int decimals)
    {
        if (!double.IsFinite(number) || number == 0 || decimals > 323) return number;
        if (decimals < -308) return Math.CopySign(0, number);
        BigInteger scaled = Scaled(Math.Abs(number), decimals);
        string text = scaled.ToString(CultureInfo.InvariantCulture) + "e" + (-decimals).ToString(CultureInfo.InvariantCulture);
        return Math.CopySign(double.Parse(text, CultureInfo.InvariantCulture), number);
    }

    /// <summary>number * 10^decimals as an integer, ties to even.</summary>
    private static BigInteger Scaled(double number, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(number);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0) exponent = 1;
        else mantissa += BigInteger.One << 52;
        exponent -= 1075;
        BigInteger numerator = mantissa;
        BigInteger denominator = BigInteger.One;
        if (exponent > 0) numerator <<= exponent;
        else denominator <<= -exponent;
        if (decimals > 0) numerator *= BigInteger.Pow(10, decimals);
        else denominator *= BigInteger.Pow(10, -decimals);
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        int half = (rest << 1).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static (string Digits, int Exponent) Significant(double number, int count)
    {
        if (number == 0) return (new string('0', count), 0);
        Shortest(number, out _, out int exponent);
        string digits = Scaled(number, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        if (digits.Length > count)
        {
            exponent++;
            digits = digits[..count];
        }
        return (digits, exponent);
    }

    /// <summary>The shortest significant digits and the power of ten of the first of them.</summary>
    private static void Shortest(double number, out string digits, out int exponent)
    {
        string text = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E');
        string plain = e < 0 ? text : text[..e];
        digits = plain.Replace(".", "").TrimStart('0').TrimEnd('0');
        if (digits.Length == 0) digits = "0";
        exponent = number == 0 ? 0 : e < 0 ? PlainExponent(plain) : int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
    }

    private static int PlainExponent(string plain)
    {
        int point = plain.IndexOf('.');
        string whole = point < 0 ? plain : plain[..point];
        if (whole != "0") return whole.Length - 1;
        int zeros = 0;
        while (plain[point + 1 + zeros] == '0') zeros++;
        return -zeros - 1;
    }

    private static string Scientific(string digits, int exponent) =>
        (digits.Length == 1 ? digits : $"{digits[..1]}.{digits[1..]}") + ExponentPart(exponent);

    private static string ExponentPart(int exponent) =>
        $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";

    private static void Check(int precision)
    {
        if (precision > MaxPrecision)
            throw new ChatTemplateException($"a precision of {precision} is over the limit of {MaxPrecision}", ChatTemplateError.Limit);
    }
}
