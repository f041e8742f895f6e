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
    private readonly Dictionary<int, CutSymbol> _symbols = [];
    private readonly int[] _lengths;                // of all keys, longest first
    private readonly SearchValues<char> _beginnings;

    /// <param name="symbols">What to cut out; of equal texts the first counts.</param>
    public SymbolCutter(IEnumerable<CutSymbol> symbols)
    {
        var lengths = new SortedSet<int>();
        var beginnings = new HashSet<char>();
        foreach (CutSymbol symbol in symbols)
        {
            if (!_trie.TryAdd(MemoryMarshal.AsBytes(symbol.Text.AsSpan()), symbol.Id)) continue;
            lengths.Add(symbol.Text.Length);
            beginnings.Add(symbol.Text[0]);
            _symbols[symbol.Id] = symbol;
        }

        _lengths = lengths.Reverse().ToArray();
        _beginnings = SearchValues.Create(beginnings.ToArray());
    }

    /// <summary>The parts of <paramref name="text"/> in order, without empty ones.</summary>
    public List<TextPart> Cut(string text, EncodeOptions options)
    {
        var parts = new List<TextPart>();
        List<TextPart> matches = FindMatches(text, options);
        int done = 0;
        for (int i = 0; i < matches.Count; i++)
        {
            (int begin, int end, int id) = matches[i];
            int limit = i + 1 < matches.Count ? matches[i + 1].Begin : text.Length;
            while (_symbols[id].TakesSpaceBefore && begin > done && char.IsWhiteSpace(text[begin - 1])) begin--;
            while (_symbols[id].TakesSpaceBehind && end < limit && char.IsWhiteSpace(text[end])) end++;
            if (begin > done) parts.Add(new TextPart(done, begin, ByteTrie.None));
            parts.Add(new TextPart(begin, end, id));
            done = end;
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
                if (id == ByteTrie.None || (_symbols[id].Special && !MayParse(begin, end, options))) continue;
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
        foreach (TextRange range in options.PlainRanges)
        {
            if (range.Begin < end && begin < range.End) return false;
        }

        return true;
    }
}
