using System.Globalization;
using System.Numerics;

namespace Bloomery.Engine.Grammars.Numbers;

/// <summary>
/// A number as JSON writes it, exactly: sign and digits, <see cref="Scale"/> of them after the point; zeros at the end of the fraction are dropped.
/// </summary>
internal readonly record struct ExactDecimal(bool Negative, BigInteger Digits, int Scale)
{
    private const int MostDigits = 400;

    public bool IsZero => Digits.IsZero;

    public bool IsInteger => Scale == 0;

    /// <summary>The digits before the point, without leading zeros but for 0 itself.</summary>
    public string Whole => Text[..^Scale];

    /// <summary>The digits after the point.</summary>
    public string Fraction => Text[^Scale..];

    private string Text => Digits.ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');

    /// <summary>Reads a JSON number; false where it is too long to be handled exactly.</summary>
    public static bool TryParse(string text, out ExactDecimal value)
    {
        value = default;
        bool negative = text.StartsWith('-');
        int e = text.AsSpan().IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = text.AsSpan(negative ? 1 : 0, (e < 0 ? text.Length : e) - (negative ? 1 : 0));
        int exponent = 0;
        if (e >= 0 && !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return false;
        int point = mantissa.IndexOf('.');
        int scale = point < 0 ? 0 : mantissa.Length - point - 1;
        if (mantissa.Length > MostDigits || Math.Abs((long)exponent) > MostDigits) return false;
        var digits = BigInteger.Parse(mantissa.ToString().Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        scale -= exponent;
        if (scale < 0) (digits, scale) = (digits * BigInteger.Pow(10, -scale), 0);
        while (scale > 0 && (digits % 10).IsZero) (digits, scale) = (digits / 10, scale - 1);
        value = new ExactDecimal(negative && !digits.IsZero, digits, digits.IsZero ? 0 : scale);
        return true;
    }
}
