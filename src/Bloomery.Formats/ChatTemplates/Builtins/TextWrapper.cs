using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Python's <c>textwrap</c> as <c>wordwrap</c> uses it: words and the spaces between them, packed greedily into lines.</summary>
internal sealed class TextWrapper(int width, bool breakLongWords, bool breakOnHyphens)
{
    /// <summary>The lines as ranges of <paramref name="text"/>.</summary>
    public List<(int Begin, int End)> Wrap(string text)
    {
        List<(int Begin, int End)> chunks = Split(text);
        chunks.Reverse();       // the next chunk is at the end, as in a stack
        List<(int, int)> lines = [];
        while (chunks.Count > 0)
        {
            if (lines.Count > 0 && IsBlank(text, chunks[^1])) chunks.RemoveAt(chunks.Count - 1);
            if (chunks.Count == 0) break;
            (int begin, int end) = (chunks[^1].Begin, chunks[^1].Begin);
            while (chunks.Count > 0 && Count(text, begin, chunks[^1].End) <= width) end = Pop(chunks).End;
            if (chunks.Count > 0 && Count(text, chunks[^1].Begin, chunks[^1].End) > width) end = BreakLong(text, chunks, begin, end);
            int lastBegin = LastChunkBegin(text, begin, end);
            if (lastBegin < end) end = lastBegin;
            if (end > begin) lines.Add((begin, end));
        }
        return lines;
    }

    private int BreakLong(string text, List<(int Begin, int End)> chunks, int begin, int end)
    {
        int room = width - Count(text, begin, end);
        (int from, int to) = chunks[^1];
        if (!breakLongWords)
        {
            if (end > begin) return end;
            return Pop(chunks).End;
        }
        int cut = from;
        for (int n = Math.Max(room, end > begin ? 0 : 1); n > 0 && cut < to; n--) cut += CodePoints.LengthAt(text, cut);
        if (breakOnHyphens && cut > from && Count(text, from, to) > room)
        {
            int hyphen = text.LastIndexOf('-', cut - 1, cut - from);
            if (hyphen > from && text.AsSpan(from, hyphen - from).IndexOfAnyExcept('-') >= 0) cut = hyphen + 1;
        }
        chunks[^1] = (cut, to);
        if (cut == to) Pop(chunks);
        return cut;
    }

    // Width is counted in code points.
    private static int Count(string text, int begin, int end)
    {
        int count = 0;
        for (int i = begin; i < end; count++) i += CodePoints.LengthAt(text, i);
        return count;
    }

    private static (int Begin, int End) Pop(List<(int Begin, int End)> chunks)
    {
        (int Begin, int End) last = chunks[^1];
        chunks.RemoveAt(chunks.Count - 1);
        return last;
    }

    private static bool IsBlank(string text, (int Begin, int End) chunk) => IsSpace(text[chunk.Begin]);

    // White space at the end of a line goes.
    private static int LastChunkBegin(string text, int begin, int end)
    {
        while (end > begin && IsSpace(text[end - 1])) end--;
        return end;
    }

    private List<(int Begin, int End)> Split(string text)
    {
        List<(int, int)> chunks = [];
        int begin = 0;
        for (int i = 1; i <= text.Length; i++)
        {
            bool boundary = i == text.Length || IsSpace(text[i]) != IsSpace(text[i - 1]) || (breakOnHyphens && IsHyphenBreak(text, begin, i));
            if (!boundary) continue;
            chunks.Add((begin, i));
            begin = i;
        }
        return chunks;
    }

    // After a hyphen between letters, or around a run of dashes.
    private static bool IsHyphenBreak(string text, int begin, int at)
    {
        if (text[at - 1] == '-' && at - 2 >= begin && IsLetter(text[at - 2]) && at < text.Length)
            return IsLetter(text[at]) && at + 1 < text.Length && (IsLetter(text[at + 1]) || text[at + 1] == '-') && at - 3 >= begin
                && (IsLetter(text[at - 3]) || text[at - 3] == '-');
        bool dashes = at + 1 < text.Length && text[at] == '-' && text[at + 1] == '-' && text[at - 1] != '-' && IsWordOrQuote(text[at - 1]);
        bool afterDashes = at >= 2 && text[at - 1] == '-' && text[at - 2] == '-' && at < text.Length && text[at] != '-' && char.IsLetterOrDigit(text[at]);
        return dashes || afterDashes;
    }

    private static bool IsLetter(char c) => char.IsLetter(c) || c == '_';

    private static bool IsWordOrQuote(char c) => char.IsLetterOrDigit(c) || c is '_' or '!' or '"' or '\'' or '&' or '.' or ',' or '?';

    private static bool IsSpace(char c) => c is '\t' or '\n' or '\x0b' or '\x0c' or '\r' or ' ';
}
