using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>urlize</c>: addresses in a text become links.</summary>
internal static class Urlizer
{
    public static TextValue Urlize(Rendering rendering, TextValue text, Value?[] arguments)
    {
        int? limit = Argument.OptionalInt(arguments[0]);
        SortedSet<string> relations = new(StringComparer.Ordinal) { "noopener" };
        if (Argument.Bool(arguments[1])) relations.Add("nofollow");
        string? target = Argument.OptionalText(arguments[2], "urlize")?.Text;
        foreach (string relation in (Argument.OptionalText(arguments[3], "urlize")?.Text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            relations.Add(relation);
        string[] schemes = arguments[4] is null or NoneValue
            ? []
            : [.. Sequences.ToList(rendering, arguments[4]!).Select(static s => Argument.Text(s, "urlize").Text)];
        string attributes = $" rel=\"{Html(rendering, string.Join(' ', relations))}\"" + (target is null ? "" : $" target=\"{Html(rendering, target)}\"");

        string escaped = Escaping.Escape(rendering, text).Text;
        MarkedWriter writer = new(rendering);
        bool marked = text.Marks is not null;
        for (int i = 0; i < escaped.Length;)
        {
            int end = i;
            bool space = Characters.IsSpace(escaped[i]);
            while (end < escaped.Length && Characters.IsSpace(escaped[end]) == space) end++;
            if (space) writer.Append(escaped.AsSpan(i, end - i), marked);
            else WriteWord(writer, escaped[i..end], attributes, limit, schemes, marked);
            i = end;
        }
        return writer.ToValue(rendering.AutoEscape);
    }

    private static string Html(Rendering rendering, string text) => Escaping.Escape(rendering, new TextValue(text)).Text;

    private static void WriteWord(MarkedWriter writer, string word, string attributes, int? limit, string[] schemes, bool marked)
    {
        writer.Rendering.Step();
        int begin = 0;
        while (begin < word.Length && Opening(word, begin) is > 0 and int opening) begin += opening;
        int end = word.Length;
        while (end > begin && Closing(word, end) is > 0 and int closing) end -= closing;
        // A closing bracket belongs to the address if its opening one does.
        foreach ((string open, string close) in new[] { ("(", ")"), ("<", ">"), ("&lt;", "&gt;") })
        {
            while (end < word.Length && word.AsSpan(end).StartsWith(close) && Count(word[begin..end], open) > Count(word[begin..end], close))
                end += close.Length;
        }
        string middle = word[begin..end];
        string? address = Address(middle, schemes);
        writer.Append(word.AsSpan(0, begin), marked);
        if (address is null) writer.Append(middle, marked);
        else
        {
            bool isMail = address.StartsWith("mailto:", StringComparison.Ordinal);
            string shown = isMail && middle != address ? middle : limit is { } max && middle.Length > max ? middle[..Math.Max(max, 0)] + "..." : middle;
            writer.Append($"<a href=\"{address}\"{(isMail ? "" : attributes)}>{shown}</a>", marked);
        }
        writer.Append(word.AsSpan(end), marked);
    }

    private static int Count(string text, string part) => text.AsSpan().Count(part);

    private static int Opening(string word, int at) => word[at] is '(' or '<' ? 1 : word.AsSpan(at).StartsWith("&lt;") ? 4 : 0;

    private static int Closing(string word, int end)
    {
        if (word[end - 1] is ')' or '>' or '.' or ',' or '\n') return 1;
        return word.AsSpan(0, end).EndsWith("&gt;") ? 4 : 0;
    }

    private static string? Address(string word, string[] schemes)
    {
        if (word.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || word.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            return IsHost(word[(word.IndexOf("//", StringComparison.Ordinal) + 2)..]) ? word : null;
        if (word.StartsWith("mailto:", StringComparison.Ordinal) && IsMail(word[7..])) return word;
        if (word.StartsWith("www.", StringComparison.OrdinalIgnoreCase) && IsHost(word)) return "https://" + word;
        if (word.Contains('@') && !word.StartsWith("www.", StringComparison.Ordinal) && !word.Contains(':') && IsMail(word)) return "mailto:" + word;
        if (Array.Exists(schemes, scheme => word != scheme && word.StartsWith(scheme, StringComparison.Ordinal))) return word;
        string[] endings = [".com", ".net", ".org", ".edu", ".gov", ".int", ".mil"];
        int slash = word.IndexOf('/');
        string host = slash < 0 ? word : word[..slash];
        return Array.Exists(endings, ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && host.Length > ending.Length) && IsHost(word)
            ? "https://" + word
            : null;
    }

    private static bool IsHost(string word)
    {
        int end = word.AsSpan().IndexOfAny('/', '?', '#');
        string host = end < 0 ? word : word[..end];
        int port = host.IndexOf(':');
        if (port >= 0) host = host[..port];
        return host.Length > 0 && (host.Contains('.') || host == "localhost")
            && host.All(static c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '%' or '@');
    }

    private static bool IsMail(string word)
    {
        int at = word.IndexOf('@');
        return at > 0 && word.IndexOf('.', at) > at + 1 && word.IndexOf('@', at + 1) < 0 && word[^1] != '.'
            && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '-' or '_' or '+');
    }
}
