using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Stripping, splitting and replacing, marks kept.</summary>
internal static class TextSearch
{
    public static TextValue Strip(TextValue text, TextValue? characters, bool left = true, bool right = true)
    {
        string s = text.Text;
        int begin = 0;
        int end = s.Length;
        while (left && begin < end && Matches(begin)) begin += CodePoints.LengthAt(s, begin);
        while (right && begin < end && Matches(Before(end))) end = Before(end);
        return text.Slice(begin, end - begin);

        int Before(int index) => index > begin + 1 && char.IsLowSurrogate(s[index - 1]) && char.IsHighSurrogate(s[index - 2]) ? index - 2 : index - 1;

        bool Matches(int index) => characters is null
            ? Characters.IsSpace(s[index])
            : characters.Text.Contains(s.Substring(index, CodePoints.LengthAt(s, index)), StringComparison.Ordinal);
    }

    /// <summary>The pieces between occurrences of a separator; without one between runs of white space.</summary>
    public static List<Value> Split(Rendering rendering, TextValue text, TextValue? separator, int limit, bool fromRight)
    {
        rendering.Text(text.Text.Length);
        if (limit < 0) limit = int.MaxValue;
        List<Value> pieces = separator is null
            ? fromRight ? SplitSpaceFromRight(text, limit) : SplitSpace(text, limit)
            : fromRight ? SplitFromRight(text, separator.Text, limit) : SplitAt(text, separator.Text, limit);
        rendering.Elements(pieces.Count);
        return pieces;
    }

    public static List<Value> SplitLines(Rendering rendering, TextValue text, bool keepEnds)
    {
        List<Value> lines = [];
        string s = text.Text;
        for (int begin = 0; begin < s.Length;)
        {
            int end = begin;
            while (end < s.Length && !Characters.IsLineEnd(s[end])) end++;
            int next = end < s.Length ? end + (s[end] == '\r' && end + 1 < s.Length && s[end + 1] == '\n' ? 2 : 1) : end;
            lines.Add(text.Slice(begin, (keepEnds ? next : end) - begin));
            begin = next;
        }
        rendering.Text(s.Length);
        rendering.Elements(lines.Count);
        return lines;
    }

    public static TextValue Replace(Rendering rendering, TextValue text, TextValue old, TextValue replacement, int count)
    {
        if (count < 0) count = int.MaxValue;
        string s = text.Text;
        MarkedWriter writer = new(rendering);
        int place = 0;
        if (old.Text.Length == 0)
        {
            for (; count > 0; count--)
            {
                writer.Append(replacement);
                if (place >= s.Length) break;
                int length = CodePoints.LengthAt(s, place);
                writer.Append(text, place, length);
                place += length;
            }
        }
        else
        {
            for (; count > 0; count--)
            {
                int found = s.IndexOf(old.Text, place, StringComparison.Ordinal);
                if (found < 0) break;
                rendering.Step();
                writer.Append(text, place, found - place);
                writer.Append(replacement);
                place = found + old.Text.Length;
            }
            if (place == 0) return text;
        }
        if (place < s.Length) writer.Append(text, place, s.Length - place);
        return writer.ToValue(text.Safe);
    }

    private static List<Value> SplitAt(TextValue text, string separator, int limit)
    {
        if (separator.Length == 0) throw new ChatTemplateException("empty separator");
        List<Value> pieces = [];
        int place = 0;
        while (pieces.Count < limit && text.Text.IndexOf(separator, place, StringComparison.Ordinal) is >= 0 and int found)
        {
            pieces.Add(text.Slice(place, found - place));
            place = found + separator.Length;
        }
        pieces.Add(text.Slice(place, text.Text.Length - place));
        return pieces;
    }

    private static List<Value> SplitFromRight(TextValue text, string separator, int limit)
    {
        if (separator.Length == 0) throw new ChatTemplateException("empty separator");
        List<Value> pieces = [];
        int end = text.Text.Length;
        while (pieces.Count < limit && text.Text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and int found)
        {
            pieces.Add(text.Slice(found + separator.Length, end - found - separator.Length));
            end = found;
        }
        pieces.Add(text.Slice(0, end));
        pieces.Reverse();
        return pieces;
    }

    private static List<Value> SplitSpace(TextValue text, int limit)
    {
        List<Value> pieces = [];
        string s = text.Text;
        int place = 0;
        while (true)
        {
            while (place < s.Length && Characters.IsSpace(s[place])) place++;
            if (place >= s.Length) return pieces;
            int end = place;
            // What is left once the limit is reached keeps its space at the other end.
            if (pieces.Count == limit) end = s.Length;
            else while (end < s.Length && !Characters.IsSpace(s[end])) end++;
            pieces.Add(text.Slice(place, end - place));
            if (pieces.Count > limit) return pieces;
            place = end;
        }
    }

    private static List<Value> SplitSpaceFromRight(TextValue text, int limit)
    {
        List<Value> pieces = [];
        string s = text.Text;
        int end = s.Length;
        while (true)
        {
            while (end > 0 && Characters.IsSpace(s[end - 1])) end--;
            if (end == 0) break;
            int begin = end;
            if (pieces.Count == limit) begin = 0;
            else while (begin > 0 && !Characters.IsSpace(s[begin - 1])) begin--;
            pieces.Add(text.Slice(begin, end - begin));
            if (pieces.Count > limit) break;
            end = begin;
        }
        pieces.Reverse();
        return pieces;
    }
}
