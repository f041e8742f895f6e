using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>The scanner for GPT-2's expression, which matches everywhere.</summary>
internal sealed class Gpt2Pattern : SplitPattern
{
    /// <summary>What this scanner is a translation of.</summary>
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        (begin, end) = (from, from);
        if (from >= text.Length) return false;
        char first = text[from];
        if (first == '\'')
        {
            int suffix = Contraction(text[(from + 1)..]);
            if (suffix > 0)
            {
                end = from + 1 + suffix;
                return true;
            }
        }
        int at = first == ' ' && from + 1 < text.Length ? from + 1 : from;
        byte kinds = (byte)(CharKinds.At(text, at, out _) & (CharKinds.Letter | CharKinds.Number | CharKinds.Space));
        end = (kinds & CharKinds.Space) != 0 ? Scan.Spaces(text, from) : Scan.Run(text, at, kinds);
        return true;
    }

    private static int Contraction(ReadOnlySpan<char> rest) => rest switch
    {
        ['s' or 't' or 'm' or 'd', ..] => 1,
        ['r' or 'v', 'e', ..] or ['l', 'l', ..] => 2,
        _ => 0,
    };
}
