using System.Globalization;
using System.Text;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>A set of code points, as a character class or an escape writes it: a union of ranges, categories and sets, maybe intersected and negated.</summary>
internal sealed class CharSet
{
    private readonly List<(int First, int Last)> _ranges = [];
    private readonly List<CharSet> _sets = [];
    private readonly List<CharSet> _intersections = [];
    private uint _categories;
    private byte _kinds;
    private ulong _low, _high;

    /// <summary>Whether the set is the complement of what was added.</summary>
    public bool Negated { get; set; }

    /// <summary>Whether a character is in the set if one that differs from it in case is.</summary>
    public bool IgnoreCase { get; set; }

    /// <summary>Adds a range.</summary>
    public CharSet Add(int first, int last)
    {
        _ranges.Add((first, last));
        return this;
    }

    /// <summary>Adds all of another set.</summary>
    public CharSet Add(CharSet set)
    {
        _sets.Add(set);
        return this;
    }

    /// <summary>Adds the characters of some general categories, bit by number.</summary>
    public CharSet AddCategories(uint mask)
    {
        _categories |= mask;
        return this;
    }

    /// <summary>Adds the characters of some kinds.</summary>
    public CharSet AddKinds(byte kinds)
    {
        _kinds |= kinds;
        return this;
    }

    /// <summary>Keeps only what is in <paramref name="set"/> as well.</summary>
    public void Intersect(CharSet set) => _intersections.Add(set);

    /// <summary>Computes the answers for ASCII; to be called when the set is complete.</summary>
    public CharSet Freeze()
    {
        (_low, _high) = (0, 0);
        for (int c = 0; c < 128; c++)
        {
            if (!Evaluate(c)) continue;
            if (c < 64) _low |= 1UL << c;
            else _high |= 1UL << (c - 64);
        }
        return this;
    }

    /// <summary>Whether a code point is in the (frozen) set.</summary>
    public bool Contains(int codePoint) => codePoint switch
    {
        < 64 => (_low >> codePoint & 1) != 0,
        < 128 => (_high >> (codePoint - 64) & 1) != 0,
        _ => Evaluate(codePoint),
    };

    /// <summary>The case-folded form of a code point.</summary>
    public static int Fold(int codePoint)
    {
        const int LongS = 0x17F;
        if (codePoint == LongS) return 's';     // .NET folds nothing into ASCII
        if (!Rune.IsValid(codePoint)) return codePoint;
        return Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(codePoint))).Value;
    }

    private bool Evaluate(int c)
    {
        bool inside = HasExactly(c);
        if (!inside && IgnoreCase && Rune.IsValid(c))
        {
            var rune = new Rune(c);
            int folded = Fold(c);
            inside = HasExactly(Rune.ToLowerInvariant(rune).Value) || HasExactly(Rune.ToUpperInvariant(rune).Value) || HasExactly(folded)
                || HasExactly(Rune.ToUpperInvariant(new Rune(folded)).Value);
        }
        foreach (CharSet set in _intersections)
            inside = inside && set.Evaluate(c);
        return inside != Negated;
    }

    private bool HasExactly(int c)
    {
        foreach ((int first, int last) in _ranges)
            if (c >= first && c <= last) return true;
        if (_kinds != 0 && (CharKinds.Of(c) & _kinds) != 0) return true;
        if (_categories != 0 && (_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(c) & 1) != 0) return true;
        foreach (CharSet set in _sets)
            if (set.Evaluate(c)) return true;
        return false;
    }
}
