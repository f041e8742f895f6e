namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>
/// Turns literal characters whose case does not matter into classes, and where several characters are the same as one (<c>ss</c> and
/// <c>ß</c>) into alternatives.
/// </summary>
internal static class CaseUnfolder
{
    private const int LongestFolding = 3;

    /// <summary>Rewrites the runs of literals in a sequence.</summary>
    public static List<RegexNode> Unfold(List<RegexNode> parts)
    {
        if (!parts.Exists(p => p is RegexNode.Literal)) return parts;
        var output = new List<RegexNode>();
        for (int i = 0; i < parts.Count;)
        {
            int begin = i;
            var run = new List<int>();
            for (; i < parts.Count && parts[i] is RegexNode.Literal literal; i++) run.Add(literal.CodePoint);
            if (i == begin) output.Add(parts[i++]);
            else output.AddRange(Unfold(run));
        }
        return output;
    }

    /// <summary>One literal by itself.</summary>
    public static RegexNode Unfold(RegexNode.Literal literal) => Join(Unfold([literal.CodePoint]));

    /// <summary>The alternatives that a class has besides single characters, or null.</summary>
    public static RegexNode? Strings(CharSet set)
    {
        var strings = new List<RegexNode>();
        foreach ((int from, int[] to) in Unicode.UnicodeProperties.Foldings)
            if (set.Contains(from)) strings.Add(new RegexNode.Sequence([.. to.Select(Single)]));
        return strings.Count == 0 ? null : new RegexNode.Choice(strings);
    }

    private static List<RegexNode> Unfold(List<int> text)
    {
        // A folding's last character is beyond ASCII or one of these: most texts have none, and are not looked at twice.
        if (!text.Exists(c => c >= 128 || CaseFolding.Fold(c) is 's' or 'f' or 'h' or 't' or 'w' or 'y' or 'j' or 'a' or 'i' or 'l'))
            return [.. text.Select(Single)];
        var folded = new List<int>();
        foreach (int c in text) folded.AddRange(CaseFolding.Spread(c) ?? [CaseFolding.Fold(c)]);
        return Alternatives([.. folded]);
    }

    // Everything from a place on, in which some following characters are the folding of one.
    private static List<RegexNode> Alternatives(int[] text)
    {
        var output = new List<RegexNode>();
        for (int at = 0; at < text.Length; at++)
        {
            for (int length = Math.Min(LongestFolding, text.Length - at); length > 1; length--)
            {
                int[] joined = [.. CaseFolding.Joined(text[at..(at + length)])];
                if (joined.Length == 0) continue;
                var one = new CharSet();
                foreach (int c in joined) one.Add(c, c);
                var whole = new List<RegexNode> { new RegexNode.Set(one.Freeze()) };
                whole.AddRange(Alternatives(text[(at + length)..]));
                List<RegexNode> spelled = [Single(text[at]), .. Alternatives(text[(at + 1)..])];
                output.Add(new RegexNode.Choice([Join(spelled), Join(whole)]));
                return output;
            }
            output.Add(Single(text[at]));
        }
        return output;
    }

    private static RegexNode Join(List<RegexNode> parts) => parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);

    private static RegexNode Single(int codePoint) => new RegexNode.Set(new CharSet { IgnoreCase = true }.Add(codePoint, codePoint).Freeze());
}
