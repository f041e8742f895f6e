using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>The scanner for Llama 3's expression and, with one digit, Qwen 2's; both match everywhere.</summary>
/// <param name="maxDigits">How many numeric characters make one piece at most.</param>
internal sealed class Llama3Pattern(int maxDigits) : SplitPattern
{
    private const string Head = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}";
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's expression.</summary>
    public const string ThreeDigits = Head + "{1,3}" + Tail;

    /// <summary>Qwen 2's expression.</summary>
    public const string OneDigit = Head + Tail;

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        (begin, end) = (from, from);
        if (from >= text.Length) return false;
        end = FindEnd(text, from);
        return true;
    }

    private int FindEnd(ReadOnlySpan<char> text, int at)
    {
        char first = text[at];
        if (first == '\'')
        {
            int suffix = Contraction(text[(at + 1)..]);
            if (suffix > 0) return at + 1 + suffix;
        }
        byte kinds = CharKinds.At(text, at, out int units);
        if ((kinds & CharKinds.Letter) != 0) return Letters(text, at + units);
        if ((kinds & CharKinds.Number) != 0) return Digits(text, at);
        if (first is not ('\r' or '\n') && at + units < text.Length && (CharKinds.At(text, at + units, out int next) & CharKinds.Letter) != 0)
            return Letters(text, at + units + next);
        int symbols = first == ' ' && at + 1 < text.Length ? at + 1 : at;
        int end = Scan.Run(text, symbols, 0);
        if (end > symbols)
        {
            while (end < text.Length && text[end] is '\r' or '\n') end++;
            return end;
        }
        int spaces = Scan.SpaceRun(text, at);
        int newline = text[at..spaces].LastIndexOfAny('\r', '\n');
        return newline >= 0 ? at + newline + 1 : Scan.Spaces(text, at);
    }

    private static int Letters(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && (CharKinds.At(text, at, out int units) & CharKinds.Letter) != 0) at += units;
        return at;
    }

    private int Digits(ReadOnlySpan<char> text, int at)
    {
        for (int n = 0; n < maxDigits && at < text.Length && (CharKinds.At(text, at, out int units) & CharKinds.Number) != 0; n++) at += units;
        return at;
    }

    // Case-insensitive: the long s folds to s.
    private static int Contraction(ReadOnlySpan<char> rest) => rest switch
    {
        ['s' or 'S' or '\u017F' or 't' or 'T' or 'm' or 'M' or 'd' or 'D', ..] => 1,
        ['r' or 'R' or 'v' or 'V', 'e' or 'E', ..] or ['l' or 'L', 'l' or 'L', ..] => 2,
        _ => 0,
    };
}
