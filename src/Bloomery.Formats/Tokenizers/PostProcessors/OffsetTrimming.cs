using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>What <c>trim_offsets</c> does: as many positions go as the token has spaces at either end.</summary>
internal static class OffsetTrimming
{
    private const char SpaceLetter = '\u0120';

    /// <summary>Trims all tokens.</summary>
    /// <param name="parts">The tokens.</param>
    /// <param name="addPrefixSpace">Whether a single leading space stays in a part's first token and in tokens that begin at 0.</param>
    public static void Trim(List<TokenRun> parts, bool addPrefixSpace)
    {
        foreach (TokenRun part in parts)
        {
            for (int i = 0; i < part.Tokens.Count; i++) part.Tokens[i] = Trim(part.Tokens[i], i == 0, addPrefixSpace);
        }
    }

    private static EncodedToken Trim(EncodedToken token, bool isFirst, bool addPrefixSpace)
    {
        (int begin, int end) = (token.Begin, token.End);
        int leading = 0, trailing = 0;
        while (leading < token.Text.Length && IsSpace(token.Text[leading])) leading++;
        while (trailing < token.Text.Length && IsSpace(token.Text[^(trailing + 1)])) trailing++;
        if (addPrefixSpace && leading == 1 && (isFirst || begin == 0)) leading = 0;
        if (leading > 0) begin = Math.Min(begin + leading, end);
        if (trailing > 0 && end >= trailing) end = Math.Max(end - trailing, begin);
        return token with { Begin = begin, End = end };
    }

    private static bool IsSpace(char c) => c == SpaceLetter || (CharKinds.Of(c) & CharKinds.Space) != 0;
}
