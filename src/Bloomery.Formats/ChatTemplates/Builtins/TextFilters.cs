using System.Text;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Filters that turn text into text.</summary>
internal static class TextFilters
{
    public static MethodTable All { get; } = new()
    {
        { "upper", "", static (r, v, _) => r.ToText(v).Map(r, Characters.Upper) },
        { "lower", "", static (r, v, _) => r.ToText(v).Map(r, Characters.Lower) },
        { "capitalize", "", static (r, v, _) => TextMethods.Capitalize(r, r.ToText(v)) },
        { "title", "", static (r, v, _) => Title(r, r.ToText(v)) },
        { "trim", "chars=", static (r, v, a) => TextSearch.Strip(r.ToText(v), Argument.OptionalText(a[0], "trim")) },
        { "replace", "old, new, count=", static (r, v, a) => Replace(r, v, a) },
        { "center", "width=", static (r, v, a) => TextMethods.Pad(r, r.ToText(v), Argument.Int(a[0], 80), TextValue.Of(' '), 2) },
        { "indent", "width=, first=, blank=", static (r, v, a) => Indent(r, v, a) },
        { "truncate", "length=, killwords=, end=, leeway=", static (r, v, a) => Truncate(r, v, a) },
        { "wordwrap", "width=, break_long_words=, wrapstring=, break_on_hyphens=", static (r, v, a) => WordWrap(r, v, a) },
        { "wordcount", "", static (r, v, _) => IntValue.Of(WordCount(r.ToText(v).Text)) },
        { "string", "", static (r, v, _) => r.ToText(v) },
        { "format", "*args, **kwargs", static (r, v, a) => Format(r, r.ToText(v), (TupleValue)a[0]!, (DictValue)a[1]!) },
        { "urlencode", "", static (r, v, _) => UrlEncode(r, v) },
    };

    /// <summary>Words, by Jinja's own idea of where they begin, with their first character in upper case.</summary>
    private static TextValue Title(Rendering rendering, TextValue text)
    {
        MarkedWriter writer = new(rendering);
        bool begins = true;
        int from = 0;
        string s = text.Text;
        for (int i = 0; i <= s.Length; i++)
        {
            bool separates = i == s.Length || s[i] is '-' or '(' or '{' or '[' or '<' || Characters.IsSpace(s[i]);
            if (separates == begins && i < s.Length) continue;
            if (i > from)
            {
                int first = begins ? i - from : CodePoints.LengthAt(s, from);
                writer.Append(text.Slice(from, first).Map(rendering, Characters.Upper));
                writer.Append(text.Slice(from + first, i - from - first).Map(rendering, Characters.Lower));
            }
            from = i;
            begins = separates;
        }
        return writer.ToValue(text.Safe);
    }

    private static TextValue Replace(Rendering rendering, Value value, Value?[] arguments)
    {
        TextValue text = rendering.ToText(value);
        TextValue old = rendering.ToText(arguments[0]!);
        TextValue replacement = rendering.ToText(arguments[1]!);
        int count = Argument.OptionalInt(arguments[2]) ?? -1;
        if (!rendering.AutoEscape) return TextSearch.Replace(rendering, text.WithSafe(false), old, replacement, count);
        if (old.Safe || (replacement.Safe && !text.Safe)) text = Escaping.Escape(rendering, text);
        if (text.Safe)
        {
            old = Escaping.Escape(rendering, old);
            replacement = Escaping.Escape(rendering, replacement);
        }
        return TextSearch.Replace(rendering, text, old, replacement, count);
    }

    private static TextValue Indent(Rendering rendering, Value value, Value?[] arguments)
    {
        TextValue text = Argument.Text(value, "indent");
        TextValue indent = arguments[0] as TextValue ?? Spaces(rendering, Argument.Int(arguments[0], 4));
        bool blank = Argument.Bool(arguments[2]);
        MarkedWriter whole = new(rendering);
        whole.Append(text);
        whole.Append('\n');
        List<Value> lines = TextSearch.SplitLines(rendering, whole.ToValue(), false);
        MarkedWriter writer = new(rendering);
        for (int i = 0; i < lines.Count; i++)
        {
            TextValue line = (TextValue)lines[i];
            if (i > 0) writer.Append('\n');
            if (i == 0 ? Argument.Bool(arguments[1]) : blank || line.Text.Length > 0) writer.Append(indent);
            writer.Append(line);
        }
        return writer.ToValue(text.Safe);
    }

    private static TextValue Spaces(Rendering rendering, int count)
    {
        MarkedWriter writer = new(rendering);
        writer.Append(' ', count);
        return writer.ToValue();
    }

    private static Value Truncate(Rendering rendering, Value value, Value?[] arguments)
    {
        int length = Argument.Int(arguments[0], 255);
        TextValue end = arguments[2] is null ? new TextValue("...") : Argument.Text(arguments[2], "truncate");
        int leeway = Argument.OptionalInt(arguments[3]) ?? 5;
        if (length < end.Length) throw new ChatTemplateException($"expected length >= {end.Length}, got {length}");
        if (leeway < 0) throw new ChatTemplateException($"expected leeway >= 0, got {leeway}");
        // What is short enough may be of any type that has a length.
        if (value.Length >= 0 && value.Length <= (long)length + leeway) return value;
        TextValue text = Argument.Text(value, "truncate");
        TextValue start = (TextValue)Slicing.Slice(rendering, text, null, IntValue.Of(length - end.Length), null);
        if (!Argument.Bool(arguments[1])) start = (TextValue)TextSearch.Split(rendering, start, TextValue.Of(' '), 1, true)[0];
        return Arithmetic.Join(rendering, start, end);
    }

    private static TextValue WordWrap(Rendering rendering, Value value, Value?[] arguments)
    {
        TextValue text = Argument.Text(value, "wordwrap");
        int width = Argument.Int(arguments[0], 79);
        if (width <= 0) throw new ChatTemplateException($"invalid width {width} (must be > 0)");
        TextValue separator = Argument.OptionalText(arguments[2], "wordwrap") ?? TextValue.Of('\n');
        TextWrapper wrapper = new(width, Argument.Bool(arguments[1], true), Argument.Bool(arguments[3], true));
        MarkedWriter writer = new(rendering);
        bool first = true;
        foreach (Value line in TextSearch.SplitLines(rendering, text, false))
        {
            if (!first) writer.Append(separator);
            first = false;
            bool firstPiece = true;
            foreach ((int begin, int end) in wrapper.Wrap(((TextValue)line).Text))
            {
                rendering.Step();
                if (!firstPiece) writer.Append(separator);
                firstPiece = false;
                writer.Append((TextValue)line, begin, end - begin);
            }
        }
        return writer.ToValue();
    }

    private static int WordCount(string text)
    {
        int count = 0;
        bool inWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isWord = rune.Value == '_' || Rune.IsLetterOrDigit(rune) || Rune.IsNumber(rune);
            if (isWord && !inWord) count++;
            inWord = isWord;
        }
        return count;
    }

    private static Value Format(Rendering rendering, TextValue text, TupleValue positional, DictValue named)
    {
        if (positional.Items.Count > 0 && named.Length > 0)
            throw new ChatTemplateException("can't handle positional and keyword arguments at the same time");
        return PercentFormat.Format(rendering, text, named.Length > 0 ? named : positional);
    }

    private static TextValue UrlEncode(Rendering rendering, Value value)
    {
        MarkedWriter writer = new(rendering);
        if (value is TextValue || value.Iterate(rendering) is null) WriteQuoted(writer, rendering.ToText(value), "/");
        else
        {
            IReadOnlyList<Value> pairs = value is DictValue dict ? DictMethods.Items(rendering, dict) : Sequences.ToList(rendering, value);
            for (int i = 0; i < pairs.Count; i++)
            {
                IReadOnlyList<Value> pair = Sequences.ToList(rendering, pairs[i]);
                if (pair.Count != 2) throw new ChatTemplateException("urlencode needs pairs");
                if (i > 0) writer.Append('&');
                WriteQuoted(writer, rendering.ToText(pair[0]), "");
                writer.Append('=');
                WriteQuoted(writer, rendering.ToText(pair[1]), "");
            }
        }
        return writer.ToValue();
    }

    private static void WriteQuoted(MarkedWriter writer, TextValue text, string kept)
    {
        foreach ((int begin, int end, bool marked) in text.Runs(0, text.Text.Length))
        {
            foreach (byte b in Encoding.UTF8.GetBytes(text.Text, begin, end - begin))
            {
                char c = (char)b;
                if (char.IsAsciiLetterOrDigit(c) || "_.-~".Contains(c) || kept.Contains(c)) writer.Append([c], marked);
                else if (c == ' ' && kept.Length == 0) writer.Append('+');
                else writer.Append($"%{b:X2}", marked);
            }
        }
    }
}
