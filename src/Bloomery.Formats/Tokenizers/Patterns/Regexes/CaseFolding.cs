using System.Text;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>Which characters are the same but for their case (Unicode's full case folding).</summary>
internal static class CaseFolding
{
    private const int HighestCased = 0x1FFFF, LongS = 0x17F, KelvinSign = 0x212A;
    private static readonly Lazy<Dictionary<int, List<int>>> Classes = new(FindClasses);

    /// <summary>The case-folded form of a code point, where that is a single character.</summary>
    public static int Fold(int codePoint)
    {
        if (codePoint < 128) return codePoint is >= 'A' and <= 'Z' ? codePoint + 32 : codePoint;
        if (codePoint == LongS) return 's';     // .NET folds nothing into ASCII
        if (!Rune.IsValid(codePoint)) return codePoint;
        return Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(codePoint))).Value;
    }

    /// <summary>The other characters that fold to the same as <paramref name="codePoint"/> (itself may be among them).</summary>
    public static IReadOnlyList<int> SameAs(int codePoint)
    {
        int folded = Fold(codePoint);
        // Of the characters beyond ASCII two fold into it: no need to go through all of them.
        if (folded < 128)
        {
            return folded switch
            {
                's' => ['s', 'S', LongS],
                'k' => ['k', 'K', KelvinSign],
                >= 'a' and <= 'z' => [folded, folded - 32],
                _ => [],
            };
        }
        return Classes.Value.TryGetValue(folded, out List<int>? members) ? members : [];
    }

    /// <summary>The characters whose folding is exactly these folded characters, more than one.</summary>
    public static IEnumerable<int> Joined(int[] folded)
    {
        foreach ((int from, int[] to) in UnicodeProperties.Foldings)
            if (to.AsSpan().SequenceEqual(folded)) yield return from;
    }

    /// <summary>The folding of a character that is more than one character, or null.</summary>
    public static int[]? Spread(int codePoint)
    {
        foreach ((int from, int[] to) in UnicodeProperties.Foldings)
            if (from == codePoint) return to;
        return null;
    }

    private static Dictionary<int, List<int>> FindClasses()
    {
        var classes = new Dictionary<int, List<int>>();
        for (int c = 0; c <= HighestCased; c++)
        {
            int folded = Fold(c);
            if (folded == c) continue;
            if (!classes.TryGetValue(folded, out List<int>? members)) classes[folded] = members = [folded];
            members.Add(c);
        }
        return classes;
    }
}
