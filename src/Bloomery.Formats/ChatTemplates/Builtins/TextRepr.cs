using System.Globalization;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Python's <c>repr</c> of a string.</summary>
internal static class TextRepr
{
    public static void Write(MarkedWriter writer, TextValue value)
    {
        string text = value.Text;
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        writer.Append(quote);
        foreach ((int begin, int end, bool marked) in value.Runs(0, text.Length))
        {
            for (int i = begin; i < end;)
            {
                int length = Math.Min(CodePoints.LengthAt(text, i), end - i);
                if (Escape(text, i, quote) is { } escape) writer.Append(escape, marked);
                else writer.Append(text.AsSpan(i, length), marked);
                i += length;
            }
        }
        writer.Append(quote);
    }

    private static string? Escape(string text, int index, char quote)
    {
        char c = text[index];
        switch (c)
        {
            case '\\': return "\\\\";
            case '\n': return "\\n";
            case '\r': return "\\r";
            case '\t': return "\\t";
        }
        if (c == quote) return "\\" + quote;
        if (Characters.IsPrintable(text, index)) return null;
        if (c <= 0xFF) return "\\x" + ((int)c).ToString("x2", CultureInfo.InvariantCulture);
        return CodePoints.LengthAt(text, index) == 2
            ? "\\U" + char.ConvertToUtf32(text, index).ToString("x8", CultureInfo.InvariantCulture)
            : "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture);
    }
}
