using System.Buffers;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost, of those the longest, without overlaps. Immutable.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<(int Node, char Label), int> _edges = [];
    private readonly List<AddedToken?> _nodes = [null];
    private readonly SearchValues<char> _firsts;

    /// <summary>Makes a finder.</summary>
    /// <param name="tokens">The tokens and how they are spelled in the text to search; of equal spellings the first counts.</param>
    public AddedTokenFinder(IEnumerable<(string Spelling, AddedToken Token)> tokens)
    {
        var firsts = new HashSet<char>();
        foreach ((string spelling, AddedToken token) in tokens)
        {
            if (spelling.Length == 0) continue;
            firsts.Add(spelling[0]);
            int node = 0;
            foreach (char c in spelling)
            {
                if (!_edges.TryGetValue((node, c), out int next))
                {
                    next = _nodes.Count;
                    _nodes.Add(null);
                    _edges[(node, c)] = next;
                }
                node = next;
            }
            _nodes[node] ??= token;
        }
        _firsts = SearchValues.Create([.. firsts]);
    }

    /// <summary>Finds all matches, in order of their spellings; whitespace that they take may overlap.</summary>
    /// <param name="text">The text.</param>
    /// <param name="refuse">Says whether a token may not match at a range, and if so where to go on: at most at the range's end; -1 if it may.</param>
    public List<(AddedToken Token, TextRange Range)> FindAll(ReadOnlySpan<char> text, Func<AddedToken, TextRange, int> refuse)
    {
        var matches = new List<(AddedToken, TextRange)>();
        int done = 0;
        for (int at = 0; at < text.Length;)
        {
            int skip = text[at..].IndexOfAny(_firsts);
            if (skip < 0) break;
            at += skip;
            int end = LongestAt(text, at, out AddedToken? token);
            if (token is null)
            {
                at++;
                continue;
            }
            int begin = at, resume = refuse(token, new TextRange(begin, end));
            at = resume > begin ? resume : end;
            if (resume >= 0 || (token.SingleWord && TouchesWord(text, begin, end))) continue;
            if (token.TakesLeft)
            {
                while (begin > 0 && IsSpace(text[begin - 1])) begin--;
                begin = Math.Max(begin, done);
            }
            if (token.TakesRight)
                while (end < text.Length && IsSpace(text[end])) end++;
            // A token may stand in whitespace that the one before took: then the two overlap, as in the reference.
            if (begin < end) matches.Add((token, new TextRange(begin, end)));
            done = end;
        }
        return matches;
    }

    private int LongestAt(ReadOnlySpan<char> text, int at, out AddedToken? token)
    {
        token = null;
        int end = at, node = 0;
        for (int i = at; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
            if (_nodes[node] is { } found) (token, end) = (found, i + 1);
        return end;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int begin, int end) =>
        (begin > 0 && (CharKinds.Before(text, begin) & CharKinds.Word) != 0)
        || (end < text.Length && (CharKinds.At(text, end, out _) & CharKinds.Word) != 0);

    private static bool IsSpace(char c) => (CharKinds.Of(c) & CharKinds.Space) != 0;
}
