using System.Buffers;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>
/// The scanner for BLOOM's expression: an optional space, then anything but whitespace, brackets, bars and sentence punctuation. Its
/// class is a negated union with a nested class, which other regex dialects read differently.
/// </summary>
internal sealed class BloomPattern : SplitPattern
{
    /// <summary>As tokenizer.json spells it.</summary>
    public const string Nested = " ?[^(\\s|[.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C])]+";

    /// <summary>The same without the nesting.</summary>
    public const string Flat = " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";

    private static readonly SearchValues<char> Breaks = SearchValues.Create("()|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C");

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        for (begin = from; begin < text.Length; begin++)
        {
            end = begin;
            if (text[begin] == ' ') end++;
            int word = end;
            while (end < text.Length && IsWord(text[end])) end++;
            if (end > word) return true;
        }
        end = begin;
        return false;
    }

    private static bool IsWord(char c) => !Breaks.Contains(c) && (CharKinds.Of(c) & CharKinds.Space) == 0;
}
