using System.Collections.Concurrent;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Engine.Grammars.Masks;

/// <summary>
/// The bytes of every token that is text, as one trie in the order of a depth-first walk: after a node come its children, and <see cref="End"/> is where
/// the walk goes on when none of them can be right. Special tokens are not in it.
/// </summary>
internal sealed class TokenTrie
{
    private readonly byte[] _bytes;
    private readonly int[] _tokens, _ends, _sameText;
    private readonly ushort[] _depths, _heights;
    private readonly byte[]?[] _texts;

    public TokenTrie(Tokenizer tokenizer)
        : this([.. Enumerable.Range(0, tokenizer.VocabularySize).Select(id => tokenizer.IsSpecial(id) ? [] : tokenizer.TokenBytes(id).ToArray())])
    {
    }

    /// <param name="texts">The bytes of every token; empty: it is no text.</param>
    public TokenTrie(IReadOnlyList<byte[]> texts)
    {
        VocabularySize = texts.Count;
        int[] order = [.. Enumerable.Range(0, texts.Count).Where(id => texts[id].Length > 0)];
        Array.Sort(order, (x, y) => texts[x].AsSpan().SequenceCompareTo(texts[y]) is var c and not 0 ? c : x.CompareTo(y));
        _texts = [.. texts];
        _sameText = new int[texts.Count];
        Array.Fill(_sameText, -1);
        var bytes = new List<byte> { 0 };
        var tokens = new List<int> { -1 };
        var depths = new List<ushort> { 0 };
        var ends = new List<int> { 0 };
        var path = new List<int> { 0 };
        byte[] before = [];
        foreach (int id in order)
        {
            byte[] text = texts[id];
            if (text.Length > ushort.MaxValue) continue;
            LongestToken = Math.Max(LongestToken, text.Length);
            int shared = before.AsSpan().CommonPrefixLength(text);
            if (shared == text.Length && shared == before.Length)
            {
                int last = tokens[path[shared]];
                while (_sameText[last] >= 0) last = _sameText[last];
                _sameText[last] = id;
                continue;
            }
            while (path.Count > shared + 1) Close();
            for (int i = shared; i < text.Length; i++)
            {
                path.Add(bytes.Count);
                bytes.Add(text[i]);
                tokens.Add(i == text.Length - 1 ? id : -1);
                depths.Add((ushort)(i + 1));
                ends.Add(0);
            }
            before = text;
        }
        while (path.Count > 0) Close();
        (_bytes, _tokens, _depths, _ends) = ([.. bytes], [.. tokens], [.. depths], [.. ends]);
        _heights = new ushort[_bytes.Length];
        var parents = new int[LongestToken + 1];
        for (int node = 1; node < _bytes.Length; node++)
        {
            parents[_depths[node]] = node;
            for (int up = _depths[node] - 1; up >= 0 && _heights[parents[up]] < _depths[node] - up; up--) _heights[parents[up]] = (ushort)(_depths[node] - up);
        }

        void Close()
        {
            ends[path[^1]] = bytes.Count;
            path.RemoveAt(path.Count - 1);
        }
    }

    public int VocabularySize { get; }

    /// <summary>The tokens below a node inside a string that may hold anything; shared by all grammars.</summary>
    public ConcurrentDictionary<(int Node, bool Plain), LeafTokens> FreeTokens { get; } = new();

    /// <summary>The bytes of the longest token.</summary>
    public int LongestToken { get; }

    /// <summary>The number of nodes; the first is the root.</summary>
    public int Count => _bytes.Length;

    public byte Byte(int node) => _bytes[node];

    /// <summary>The token that ends at a node, or -1.</summary>
    public int Token(int node) => _tokens[node];

    /// <summary>The node after all that lies below this one.</summary>
    public int End(int node) => _ends[node];

    /// <summary>How many bytes lead to a node.</summary>
    public int Depth(int node) => _depths[node];

    /// <summary>How many bytes the longest token below has beyond a node.</summary>
    public int Height(int node) => _heights[node];

    /// <summary>The next token with the same bytes, or -1.</summary>
    public int SameText(int token) => _sameText[token];

    /// <summary>The bytes of a token; empty where it is no text.</summary>
    public ReadOnlySpan<byte> Text(int token) => _texts[token];

    /// <summary>The bytes that lead to a node.</summary>
    public ReadOnlySpan<byte> Path(int node)
    {
        int below = node;
        while (_tokens[below] < 0) below++;
        return _texts[_tokens[below]].AsSpan(0, _depths[node]);
    }
}
