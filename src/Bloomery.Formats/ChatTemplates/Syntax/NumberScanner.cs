namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>Finds where a number literal ends.</summary>
internal static class NumberScanner
{
    /// <summary>Digits, then a fraction or an exponent or both; not right after a dot, so that <c>a.0.1</c> is two items.</summary>
    public static bool MatchFloat(string source, int place, out int end)
    {
        end = place;
        if (place > 0 && source[place - 1] == '.') return false;
        int i = Digits(source, place);
        bool isFloat = false;
        if (i < source.Length && source[i] == '.' && Digits(source, i + 1) is int afterFraction && afterFraction > i + 1)
        {
            i = afterFraction;
            isFloat = true;
        }
        if (i < source.Length && source[i] is 'e' or 'E')
        {
            int exponent = i + 1;
            if (exponent < source.Length && source[exponent] is '+' or '-') exponent++;
            int after = Digits(source, exponent);
            if (after > exponent)
            {
                i = after;
                isFloat = true;
            }
        }
        end = i;
        return isFloat;
    }

    public static int MatchInteger(string source, int place)
    {
        if (source[place] != '0') return Digits(source, place);
        if (place + 1 < source.Length)
        {
            int end = char.ToLowerInvariant(source[place + 1]) switch
            {
                'b' => Digits(source, place + 2, "01"),
                'o' => Digits(source, place + 2, "01234567"),
                'x' => Digits(source, place + 2, "0123456789abcdefABCDEF"),
                _ => place,
            };
            if (end > place + 2) return end;
        }
        return Digits(source, place, "0");
    }

    private static int Digits(string source, int place, string? alphabet = null)
    {
        int end = place;
        // A single underscore may stand between digits, and after a prefix such as 0x.
        for (int i = place; i < source.Length; i++)
        {
            if (alphabet is null ? char.IsAsciiDigit(source[i]) : alphabet.Contains(source[i])) end = i + 1;
            else if (source[i] != '_' || (i != end) || (i == place && alphabet is null)) break;
        }
        return end;
    }
}
