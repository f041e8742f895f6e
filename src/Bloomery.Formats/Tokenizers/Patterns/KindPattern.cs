namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Matches single characters of a kind.</summary>
/// <param name="matches">Says of a code point whether it is of the kind.</param>
public sealed class KindPattern(Func<int, bool> matches) : SplitPattern
{
    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        for (begin = from; begin < text.Length; begin = end)
        {
            bool pair = char.IsHighSurrogate(text[begin]) && begin + 1 < text.Length && char.IsLowSurrogate(text[begin + 1]);
            end = begin + (pair ? 2 : 1);
            if (matches(pair ? char.ConvertToUtf32(text[begin], text[begin + 1]) : text[begin])) return true;
        }
        end = begin;
        return false;
    }
}
