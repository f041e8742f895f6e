namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Matches single characters of a kind.</summary>
internal sealed class KindPattern : SplitPattern
{
    private readonly Func<int, bool> _matches;
    private readonly bool[] _ascii = new bool[128];

    /// <summary>Makes a pattern.</summary>
    /// <param name="matches">Says of a code point whether it is of the kind; always the same of the same.</param>
    public KindPattern(Func<int, bool> matches)
    {
        _matches = matches;
        for (int c = 0; c < _ascii.Length; c++) _ascii[c] = matches(c);
    }

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        for (begin = from; begin < text.Length; begin = end)
        {
            char c = text[begin];
            end = begin + 1;
            if (c < _ascii.Length)
            {
                if (_ascii[c]) return true;
                continue;
            }
            bool pair = char.IsHighSurrogate(c) && end < text.Length && char.IsLowSurrogate(text[end]);
            if (pair) end++;
            if (_matches(pair ? char.ConvertToUtf32(c, text[begin + 1]) : c)) return true;
        }
        end = begin;
        return false;
    }
}
