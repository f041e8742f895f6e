using System.Buffers;
using System.Collections;
using System.Runtime.InteropServices;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Cuts the tokens that are matched as text (special and user-defined ones) out of a text before anything else looks at it: longer
/// ones first, in the order of the text among those of one length.
/// </summary>
internal sealed class SymbolCutter
{
    private readonly ByteTrie _trie = new();        // over the bytes of UTF-16: a key's length there is twice its length here
    private readonly HashSet<int> _special = [];
    private readonly int[] _lengths;                // of all keys, longest first
    private readonly SearchValues<char> _beginnings;

    /// <param name="symbols">Texts (none empty) with their ids and whether they match only where special tokens are parsed.</param>
    public SymbolCutter(IEnumerable<(string Text, int Id, bool Special)> symbols)
    {
        var lengths = new SortedSet<int>();
        var beginnings = new HashSet<char>();
        foreach ((string text, int id, bool special) in symbols)
        {
            if (!_trie.TryAdd(MemoryMarshal.AsBytes(text.AsSpan()), id)) continue;
            lengths.Add(text.Length);
            beginnings.Add(text[0]);
            if (special) _special.Add(id);
        }

        _lengths = lengths.Reverse().ToArray();
        _beginnings = SearchValues.Create(beginnings.ToArray());
    }

    /// <summary>The parts of <paramref name="text"/> in order, without empty ones.</summary>
    public List<TextPart> Cut(string text, EncodeOptions options)
    {
        var parts = new List<TextPart>();
        int done = 0;
        foreach (TextPart match in FindMatches(text, options))
        {
            if (match.Begin > done) parts.Add(new TextPart(done, match.Begin, ByteTrie.None));
            parts.Add(match);
            done = match.End;
        }

        if (done < text.Length) parts.Add(new TextPart(done, text.Length, ByteTrie.None));
        return parts;
    }

    private List<TextPart> FindMatches(string text, EncodeOptions options)
    {
        var matches = new List<TextPart>();
        List<int> candidates = FindCandidates(text);
        if (candidates.Count == 0) return matches;

        var taken = new BitArray(text.Length);
        foreach (int length in _lengths)
        {
            foreach (int begin in candidates)
            {
                // What is taken is at least as long as this: looking at both ends is enough.
                int end = begin + length;
                if (end > text.Length || taken[begin] || taken[end - 1]) continue;
                int id = _trie.Find(MemoryMarshal.AsBytes(text.AsSpan(begin, length)));
                if (id == ByteTrie.None || (_special.Contains(id) && !MayParse(begin, end, options))) continue;
                for (int i = begin; i < end; i++) taken[i] = true;
                matches.Add(new TextPart(begin, end, id));
            }

            candidates.RemoveAll(begin => taken[begin]);
            if (candidates.Count == 0) break;
        }

        matches.Sort((a, b) => a.Begin.CompareTo(b.Begin));
        return matches;
    }

    /// <summary>Where some key matches.</summary>
    private List<int> FindCandidates(string text)
    {
        var candidates = new List<int>();
        for (int i = 0; ; i++)
        {
            int next = text.AsSpan(i).IndexOfAny(_beginnings);
            if (next < 0) return candidates;
            i += next;
            if (_trie.LongestPrefix(MemoryMarshal.AsBytes(text.AsSpan(i)), out _) > 0) candidates.Add(i);
        }
    }

    private static bool MayParse(int begin, int end, EncodeOptions options)
    {
        if (!options.ParseSpecial) return false;
        IReadOnlyList<TextRange> plain = options.PlainRanges;
        int low = 0, high = plain.Count;        // the first range that ends behind the beginning
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (plain[middle].End <= begin) low = middle + 1;
            else high = middle;
        }

        return low == plain.Count || plain[low].Begin >= end;
    }
}
