using System.Collections.Concurrent;
using System.Globalization;

namespace Bloomery.Engine.Grammars.Patterns;

/// <summary>The classes of ECMA 262: digits and words are ASCII, white space is Unicode's.</summary>
internal static class CharacterClasses
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<(int, int)>?> Properties = new();

    public static IReadOnlyList<(int Low, int High)> Digit { get; } = [('0', '9')];

    public static IReadOnlyList<(int Low, int High)> Word { get; } = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

    public static IReadOnlyList<(int Low, int High)> Space { get; } =
    [
        ('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000),
        (0xFEFF, 0xFEFF),
    ];

    /// <summary>Everything but the ends of lines.</summary>
    public static IReadOnlyList<(int Low, int High)> Dot { get; } = Complement([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]);

    public static IReadOnlyList<(int Low, int High)> Complement(IReadOnlyList<(int Low, int High)> ranges)
    {
        var result = new List<(int, int)>();
        int next = 0;
        foreach ((int low, int high) in ranges.OrderBy(r => r.Low))
        {
            if (low > next) result.Add((next, low - 1));
            next = Math.Max(next, high + 1);
        }
        if (next <= 0x10FFFF) result.Add((next, 0x10FFFF));
        return result;
    }

    /// <summary>The characters of a general category (<c>L</c>, <c>Lu</c>, <c>Letter</c>, <c>gc=Lu</c>), or null.</summary>
    public static IReadOnlyList<(int Low, int High)>? Property(string name)
    {
        string category = name[(name.IndexOf('=') + 1)..] switch
        {
            "Letter" => "L", "Uppercase_Letter" => "Lu", "Lowercase_Letter" => "Ll", "Number" => "N", "Decimal_Number" or "digit" => "Nd", "Punctuation" => "P",
            "Symbol" => "S", "Separator" => "Z", "Mark" => "M", "Other" => "C", "Alphabetic" or "Script" => "?", string other => other,
        };
        return Properties.GetOrAdd(category, Scan);
    }

    private static List<(int, int)>? Scan(string category)
    {
        string[] short2 = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
            "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn"];
        var wanted = new HashSet<UnicodeCategory>();
        for (int i = 0; i < short2.Length; i++)
        {
            if (short2[i] == category || short2[i].AsSpan(0, 1).SequenceEqual(category)) wanted.Add((UnicodeCategory)i);
        }
        if (wanted.Count == 0) return null;
        var result = new List<(int, int)>();
        for (int c = 0, start = -1; c <= 0x110000; c++)
        {
            bool inside = c < 0x110000 && wanted.Contains(CharUnicodeInfo.GetUnicodeCategory(c));
            if (inside && start < 0) start = c;
            if (inside || start < 0) continue;
            result.Add((start, c - 1));
            start = -1;
        }
        return result;
    }
}
