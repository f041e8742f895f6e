namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>
/// Turns literal characters whose case does not matter into classes, and where several characters are the same as one (<c>ss</c> and
/// <c>ß</c>) into alternatives.
/// </summary>
internal sealed class CaseUnfolder
{
    private const int LongestFolding = 3;
    // Ever deeper alternatives double: what is nested more has more of them than there may be.
    private const int MaxDepth = 32;
    // Every folding to several ASCII characters has one of these in it.
    private static readonly string[] AsciiPairs = ["ff", "fi", "fl", "ss", "st"];
    private int _made, _depth;

    /// <summary>Rewrites the runs of literals in a sequence.</summary>
    public List<RegexNode> Unfold(List<RegexNode> parts)
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
    public RegexNode Unfold(RegexNode.Literal literal) => Join(Unfold([literal.CodePoint]));

    /// <summary>The alternatives that a class has besides single characters, or null.</summary>
    public RegexNode? Strings(CharSet set)
    {
        if (set.IsAscii) return null;
        var strings = new List<RegexNode>();
        foreach ((int from, int[] to) in Unicode.UnicodeProperties.Foldings)
            if (set.Contains(from)) strings.Add(new RegexNode.Sequence([.. to.Select(Single)]));
        return strings.Count == 0 ? null : new RegexNode.Choice(strings);
    }

    private List<RegexNode> Unfold(List<int> text)
    {
        // Most texts, 's and 't among them, need no tables.
        if (text.TrueForAll(c => c < 128) && !HasAsciiPair(text)) return [.. text.Select(Single)];
        var folded = new List<int>();
        foreach (int c in text) folded.AddRange(CaseFolding.Spread(c) ?? [CaseFolding.Fold(c)]);
        return Alternatives([.. folded]);
    }

    private static bool HasAsciiPair(List<int> text)
    {
        for (int i = 1; i < text.Count; i++)
            if (AsciiPairs.Contains($"{(char)CaseFolding.Fold(text[i - 1])}{(char)CaseFolding.Fold(text[i])}")) return true;
        return false;
    }

    // Everything from a place on, in which some following characters are the folding of one.
    private List<RegexNode> Alternatives(int[] text)
    {
        if (++_depth > MaxDepth) throw RegexCompiler.TooLarge();
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
                _depth--;
                return output;
            }
            output.Add(Single(text[at]));
        }
        _depth--;
        return output;
    }

    private static RegexNode Join(List<RegexNode> parts) => parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);

    private RegexNode Single(int codePoint)
    {
        if (++_made > RegexCompiler.MaxInstructions) throw RegexCompiler.TooLarge();
        var set = new CharSet().Add(codePoint, codePoint);
        foreach (int other in CaseFolding.SameAs(codePoint)) set.Add(other, other);
        return new RegexNode.Set(set.Freeze());
    }
}
