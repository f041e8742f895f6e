using System.Net;
using System.Text;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>HTML escaping (<c>escape</c>, <c>striptags</c>).</summary>
internal static class Escaping
{
    /// <summary>The text of a value, escaped unless it is safe already.</summary>
    public static TextValue Escape(Rendering rendering, Value value)
    {
        TextValue text = rendering.ToText(value);
        return text.Safe ? text : ForceEscape(rendering, text);
    }

    public static TextValue ForceEscape(Rendering rendering, TextValue text)
    {
        if (text.Text.AsSpan().IndexOfAny("&<>\"'") < 0) return text.WithSafe(true);
        return text.WithSafe(false).Map(rendering, static t =>
        {
            StringBuilder escaped = new(t.Length + 16);
            foreach (char c in t)
            {
                switch (c)
                {
                    case '&': escaped.Append("&amp;"); break;
                    case '<': escaped.Append("&lt;"); break;
                    case '>': escaped.Append("&gt;"); break;
                    case '"': escaped.Append("&#34;"); break;
                    case '\'': escaped.Append("&#39;"); break;
                    default: escaped.Append(c); break;
                }
            }
            return escaped.ToString();
        }).WithSafe(true);
    }

    /// <summary>Comments and tags out, white space collapsed, entities resolved.</summary>
    public static string StripTags(string text)
    {
        text = Remove(text, "<!--", "-->");
        text = Remove(text, "<", ">");
        string collapsed = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        return WebUtility.HtmlDecode(collapsed);
    }

    private static string Remove(string text, string begin, string end)
    {
        StringBuilder kept = new(text.Length);
        int place = 0;
        while (true)
        {
            int from = text.IndexOf(begin, place, StringComparison.Ordinal);
            int to = from < 0 ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
            if (to < 0) return kept.Append(text, place, text.Length - place).ToString();
            kept.Append(text, place, from - place);
            place = to + end.Length;
        }
    }
}
