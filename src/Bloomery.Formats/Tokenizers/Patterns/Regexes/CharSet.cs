using System.Globalization;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>A set of code points, as a character class or an escape writes it: a union of ranges, categories and sets, maybe intersected and negated.</summary>
internal sealed class CharSet
{
    private const int PageBits = 8;
    private readonly List<(int First, int Last)> _ranges = [];
    private readonly List<(int First, int Last)[]> _tables = [];
    private readonly List<CharSet> _sets = [];
    private readonly List<CharSet> _intersections = [];
    private uint _categories;
    private byte _kinds;
    private ulong _low, _high;
    private ulong[]?[]? _pages;
    private bool _simple;

    /// <summary>Whether the set is the complement of what was added.</summary>
    public bool Negated { get; set; }

    /// <summary>Whether a character is in the set if one that differs from it in case is. Not for sets in sets: the outermost decides.</summary>
    public bool IgnoreCase { get; set; }

    /// <summary>Whether nothing beyond ASCII was added, but for what differs in case.</summary>
    public bool IsAscii =>
        !Negated && _tables.Count + _sets.Count + _intersections.Count == 0 && (_categories | _kinds) == 0 && _ranges.TrueForAll(r => r.Last < 128);

    /// <summary>Adds a range.</summary>
    public CharSet Add(int first, int last)
    {
        _ranges.Add((first, last));
        return this;
    }

    /// <summary>Adds many ranges, in ascending order.</summary>
    public CharSet Add((int First, int Last)[] table)
    {
        _tables.Add(table);
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
        (_low, _high, _pages) = (0, 0, null);
        _simple = !IgnoreCase && _ranges.Count <= 4 && _tables.Count + _sets.Count + _intersections.Count == 0 && (_categories | _kinds) == 0;
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
        _ => _simple ? Evaluate(codePoint) : IsOnPage(codePoint),
    };

    // The answers for a page of characters, computed when one of them is first asked for. Threads that race compute the same.
    private bool IsOnPage(int codePoint)
    {
        ulong[]?[] pages = _pages ??= new ulong[]?[0x110000 >> PageBits];
        ulong[]? page = Volatile.Read(ref pages[codePoint >> PageBits]);
        if (page is null)
        {
            page = new ulong[(1 << PageBits) / 64];
            int first = codePoint >> PageBits << PageBits;
            for (int i = 0; i < 1 << PageBits; i++)
                if (Evaluate(first + i)) page[i >> 6] |= 1UL << (i & 63);
            Volatile.Write(ref pages[codePoint >> PageBits], page);
        }
        int at = codePoint & ((1 << PageBits) - 1);
        return (page[at >> 6] >> (at & 63) & 1) != 0;
    }

    // Case is looked at last: [a-z&&[^aeiou]] holds the vowels where it does not matter, because it holds A.
    private bool Evaluate(int c)
    {
        bool inside = IsBetweenAll(c);
        if (!inside && IgnoreCase)
        {
            foreach (int other in CaseFolding.SameAs(c)) inside |= IsBetweenAll(other);
        }
        return inside != Negated;
    }

    private bool IsBetweenAll(int c)
    {
        bool inside = HasExactly(c);
        foreach (CharSet set in _intersections) inside = inside && set.Evaluate(c);
        return inside;
    }

    private bool HasExactly(int c)
    {
        foreach ((int first, int last) in _ranges)
            if (c >= first && c <= last) return true;
        foreach ((int First, int Last)[] table in _tables)
            if (IsIn(table, c)) return true;
        if (_kinds != 0 && (CharKinds.Of(c) & _kinds) != 0) return true;
        if (_categories != 0 && (_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(c) & 1) != 0) return true;
        foreach (CharSet set in _sets)
            if (set.Evaluate(c)) return true;
        return false;
    }

    private static bool IsIn((int First, int Last)[] table, int c)
    {
        int low = 0, high = table.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (c < table[middle].First) high = middle;
            else if (c > table[middle].Last) low = middle + 1;
            else return true;
        }
        return false;
    }
}
