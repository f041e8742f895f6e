using System.Text;

namespace Bloomery.Engine.Stopping;

/// <summary>
/// Finds stop strings in text that arrives in pieces (Aho and Corasick 1975). Text is released as soon as it can no longer
/// be part of a stop string; nothing of a stop string is ever released.
/// </summary>
/// <remarks>The stop string that ends first wins; of those that end together, the longest.</remarks>
internal sealed class StopMatcher
{
    private readonly StopTrie _trie;
    private readonly StringBuilder _held = new();
    private int _state;

    /// <summary>Prepares for the given stop strings.</summary>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public StopMatcher(IReadOnlyList<string> stops) => _trie = new StopTrie(stops);

    /// <summary>The stop string that was found; null while none was.</summary>
    public string? Matched { get; private set; }

    /// <summary>Whether the text is at its end; everything pushed later is dropped.</summary>
    public bool Stopped => Matched is not null;

    /// <summary>How many characters are held back because they may begin a stop string.</summary>
    public int Held => _held.Length;

    /// <summary>Takes a piece of text and returns what may be shown now, which can be empty.</summary>
    /// <param name="mayStop">False while the text is too short to end: the piece, and what was held back, is released as it is.</param>
    public string Push(string piece, bool mayStop = true)
    {
        ArgumentNullException.ThrowIfNull(piece);
        if (Stopped) return "";
        if (_trie.IsEmpty) return piece;
        if (!mayStop) return Flush() + piece;

        foreach (char c in piece)
        {
            _held.Append(c);
            _state = _trie.Next(_state, c);
            if (_trie.MatchAt(_state) is not { } match) continue;
            Matched = match;
            _held.Length -= match.Length;
            return Flush();
        }
        int released = _held.Length - _trie.DepthOf(_state);
        if (released == 0) return "";
        string text = released == piece.Length && _held.Length == released ? piece : _held.ToString(0, released);
        _held.Remove(0, released);
        return text;
    }

    /// <summary>Returns what is still held back: the text has ended for another reason.</summary>
    public string Flush()
    {
        string rest = _held.ToString();
        _held.Clear();
        _state = StopTrie.Root;
        return rest;
    }
}
