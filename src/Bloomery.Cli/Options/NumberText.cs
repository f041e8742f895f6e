using System.Globalization;

namespace Bloomery.Cli.Options;

/// <summary>
/// Numbers as programs write them: digits, a minus sign, a decimal point, an exponent. Everything else is refused, for it means different
/// numbers to different people: separators of thousands, decimal commas, spaces, other bases, NaN and infinity.
/// </summary>
internal static class NumberText
{
    /// <summary>Whether the text is a whole number, however large.</summary>
    public static bool IsWhole(ReadOnlySpan<char> text) => Digits(Unsigned(text)) is > 0 and var digits && digits == Unsigned(text).Length;

    /// <summary>Whether the text is a number, with a fraction and an exponent perhaps.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text)
    {
        text = Unsigned(text);
        int whole = Digits(text), fraction = 0;
        text = text[whole..];
        if (text.StartsWith("."))
        {
            fraction = Digits(text[1..]);
            text = text[(1 + fraction)..];
        }
        if (whole + fraction == 0) return false;
        if (text.IsEmpty) return true;
        if (text[0] is not ('e' or 'E')) return false;
        text = text[1..];
        return IsWhole(text.StartsWith("+") ? text[1..] is ['-', ..] ? "" : text[1..] : text);
    }

    /// <summary>Reads a whole number; false where it is none, or beyond 32 bits.</summary>
    public static bool TryInt(string text, out int value)
    {
        value = 0;
        return IsWhole(text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads a whole number; false where it is none, negative, or beyond 64 bits.</summary>
    public static bool TryUnsigned(string text, out ulong value)
    {
        value = 0;
        return IsWhole(text) && ulong.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads a number; one that is too large becomes infinite.</summary>
    public static bool TryFloat(string text, out float value)
    {
        value = 0;
        return IsNumber(text) && float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static ReadOnlySpan<char> Unsigned(ReadOnlySpan<char> text) => text is ['-', ..] ? text[1..] : text;

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and int end ? end : text.Length;
}
