using System.Collections.Frozen;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>The methods of Python strings.</summary>
internal static class TextMethods
{
    private static readonly FrozenDictionary<string, Method> Known = new MethodTable
    {
        { "upper", "", static (r, s, _) => T(s).Map(r, Characters.Upper) },
        { "lower", "", static (r, s, _) => T(s).Map(r, Characters.Lower) },
        { "casefold", "", static (r, s, _) => T(s).Map(r, Characters.Fold) },
        { "swapcase", "", static (r, s, _) => T(s).Map(r, Characters.SwapCase) },
        { "title", "", static (r, s, _) => Whole(r, T(s), Characters.TitleWords) },
        { "capitalize", "", static (r, s, _) => Capitalize(r, T(s)) },
        { "strip", "chars=", static (_, s, a) => TextSearch.Strip(T(s), Argument.OptionalText(a[0], "strip")) },
        { "lstrip", "chars=", static (_, s, a) => TextSearch.Strip(T(s), Argument.OptionalText(a[0], "lstrip"), right: false) },
        { "rstrip", "chars=", static (_, s, a) => TextSearch.Strip(T(s), Argument.OptionalText(a[0], "rstrip"), left: false) },
        { "split", "sep=, maxsplit=", static (r, s, a) =>
            new ListValue(TextSearch.Split(r, T(s), Argument.OptionalText(a[0], "split"), Argument.Int(a[1], -1), false)) },
        { "rsplit", "sep=, maxsplit=", static (r, s, a) =>
            new ListValue(TextSearch.Split(r, T(s), Argument.OptionalText(a[0], "rsplit"), Argument.Int(a[1], -1), true)) },
        { "splitlines", "keepends=", static (r, s, a) => new ListValue(TextSearch.SplitLines(r, T(s), Argument.Bool(a[0]))) },
        { "partition", "sep", static (_, s, a) => Partition(T(s), Argument.Text(a[0], "partition"), false) },
        { "rpartition", "sep", static (_, s, a) => Partition(T(s), Argument.Text(a[0], "rpartition"), true) },
        { "replace", "old, new, count=", static (r, s, a) =>
            TextSearch.Replace(r, T(s), Guard(r, s, Argument.Text(a[0], "replace")), Guard(r, s, Argument.Text(a[1], "replace")), Argument.Int(a[2], -1)) },
        { "join", "iterable", static (r, s, a) => Join(r, T(s), Sequences.ToList(r, a[0]!), strict: true) },
        { "removeprefix", "prefix", static (_, s, a) => T(s).Text.StartsWith(Argument.Text(a[0], "removeprefix").Text, StringComparison.Ordinal) ? T(s)
            .Slice(T(a[0]!).Text.Length, T(s).Text.Length - T(a[0]!).Text.Length) : s },
        { "removesuffix", "suffix", static (_, s, a) => T(s).Text.EndsWith(Argument.Text(a[0], "removesuffix").Text, StringComparison.Ordinal) ? T(s)
            .Slice(0, T(s).Text.Length - T(a[0]!).Text.Length) : s },
        { "center", "width, fillchar=", static (r, s, a) => Pad(r, T(s), a, 2) },
        { "ljust", "width, fillchar=", static (r, s, a) => Pad(r, T(s), a, 0) },
        { "rjust", "width, fillchar=", static (r, s, a) => Pad(r, T(s), a, 1) },
        { "zfill", "width", static (r, s, a) => ZeroFill(r, T(s), Argument.Int(a[0], 0)) },
        { "expandtabs", "tabsize=", static (r, s, a) => ExpandTabs(r, T(s), Argument.Int(a[0], 8)) },
        { "find", "sub, start=, end=", static (_, s, a) => IntValue.Of(Find(T(s), a, "find", false)) },
        { "rfind", "sub, start=, end=", static (_, s, a) => IntValue.Of(Find(T(s), a, "rfind", true)) },
        { "index", "sub, start=, end=", static (_, s, a) => Index(T(s), a, "index", false) },
        { "rindex", "sub, start=, end=", static (_, s, a) => Index(T(s), a, "rindex", true) },
        { "count", "sub, start=, end=", static (r, s, a) => IntValue.Of(Count(r, T(s), a)) },
        { "startswith", "prefix, start=, end=", static (_, s, a) => HasAffix(T(s), a, atEnd: false) },
        { "endswith", "suffix, start=, end=", static (_, s, a) => HasAffix(T(s), a, atEnd: true) },
        { "format", "*args, **kwargs", static (r, s, a) => BraceFormat.Format(r, T(s), ((TupleValue)a[0]!).Items, (DictValue)a[1]!) },
        { "format_map", "mapping", static (r, s, a) =>
            BraceFormat.Format(r, T(s), [], a[0] as DictValue ?? throw new ChatTemplateException("format_map() needs a mapping")) },
        { "encode", "encoding=, errors=", static (_, s, a) => BytesMethods.Encode(T(s), Argument.OptionalText(a[0], "encode")) },
        { "translate", "table", static (r, s, a) => Translate(r, T(s), a[0] as DictValue ?? throw new ChatTemplateException("translate() needs a mapping")) },
        TextPredicates.All,
    }.Freeze();

    public static Value? Find(TextValue owner, string name)
    {
        if (name == "__html__") return null;
        return Known.TryGetValue(name, out Method? method) ? new MethodValue(owner, method) : null;
    }

    /// <summary>Joins texts; a strict join refuses other values, else they are turned into text.</summary>
    public static TextValue Join(Rendering rendering, TextValue separator, IReadOnlyList<Value> items, bool strict)
    {
        MarkedWriter writer = new(rendering);
        for (int i = 0; i < items.Count; i++)
        {
            if (strict && items[i] is not TextValue)
                throw new ChatTemplateException($"sequence item {i}: expected str instance, {items[i].TypeName} found");
            rendering.Step();
            if (i > 0) writer.Append(separator);
            if (separator.Safe) writer.Append(Escaping.Escape(rendering, items[i]));
            else writer.AppendStr(items[i]);
        }
        return writer.ToValue(separator.Safe);
    }

    public static TextValue Capitalize(Rendering rendering, TextValue text)
    {
        if (text.Text.Length == 0) return text;
        int first = CodePoints.LengthAt(text.Text, 0);
        MarkedWriter writer = new(rendering);
        writer.Append(text.Slice(0, first).Map(rendering, Characters.Title));
        writer.Append(text.Slice(first, text.Text.Length - first).Map(rendering, Characters.Lower));
        return writer.ToValue(text.Safe);
    }

    public static TextValue Pad(Rendering rendering, TextValue text, int width, TextValue fill, int side)
    {
        int missing = width - text.Length;
        if (missing <= 0) return text;
        rendering.Text((long)text.Text.Length + ((long)missing * fill.Text.Length));
        // Python puts the odd one of a centred text on the left only if the width is odd.
        int left = side switch { 0 => 0, 1 => missing, _ => (missing / 2) + (missing & width & 1) };
        MarkedWriter writer = new(rendering);
        for (int i = 0; i < left; i++) writer.Append(fill);
        writer.Append(text);
        for (int i = left; i < missing; i++) writer.Append(fill);
        return writer.ToValue(text.Safe);
    }

    private static TextValue T(Value value) => (TextValue)value;

    /// <summary>Arguments of a safe text's methods are escaped.</summary>
    private static TextValue Guard(Rendering rendering, Value owner, TextValue argument) =>
        T(owner).Safe ? Escaping.Escape(rendering, argument) : argument;

    // Changes that look at neighbouring characters see the whole text; marks stay where they are if no length changes.
    private static TextValue Whole(Rendering rendering, TextValue text, Func<string, string> change)
    {
        rendering.Text(text.Text.Length);
        string changed = change(text.Text);
        return changed.Length == text.Text.Length ? new TextValue(changed, text.Marks, text.Safe) : TextValue.From(changed, text);
    }

    private static TupleValue Partition(TextValue text, TextValue separator, bool last)
    {
        if (separator.Text.Length == 0) throw new ChatTemplateException("empty separator");
        int found = last ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal) : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        TextValue empty = TextValue.Empty.WithSafe(text.Safe);
        if (found < 0) return new TupleValue(last ? [empty, empty, text] : [text, empty, empty]);
        int after = found + separator.Text.Length;
        return new TupleValue([text.Slice(0, found), text.Slice(found, separator.Text.Length), text.Slice(after, text.Text.Length - after)]);
    }

    private static TextValue Pad(Rendering rendering, TextValue text, Value?[] arguments, int side)
    {
        TextValue fill = arguments[1] is null ? TextValue.Of(' ') : Argument.Text(arguments[1], "pad");
        if (fill.Length != 1) throw new ChatTemplateException("The fill character must be exactly one character long");
        return Pad(rendering, text, Argument.Int(arguments[0], 0), fill, side);
    }

    private static TextValue ZeroFill(Rendering rendering, TextValue text, int width)
    {
        int missing = width - text.Length;
        if (missing <= 0) return text;
        MarkedWriter writer = new(rendering);
        int sign = text.Text is ['+' or '-', ..] ? 1 : 0;
        writer.Append(text, 0, sign);
        writer.Append('0', missing);
        writer.Append(text, sign, text.Text.Length - sign);
        return writer.ToValue(text.Safe);
    }

    private static TextValue ExpandTabs(Rendering rendering, TextValue text, int size)
    {
        MarkedWriter writer = new(rendering);
        int column = 0;
        for (int i = 0; i < text.Text.Length; i++)
        {
            char c = text.Text[i];
            if (c == '\t')
            {
                int spaces = size <= 0 ? 0 : size - (column % size);
                writer.Append(' ', spaces);
                column += spaces;
                continue;
            }
            writer.Append(text, i, 1);
            if (!char.IsLowSurrogate(c)) column++;
            if (c is '\n' or '\r') column = 0;
        }
        return writer.ToValue(text.Safe);
    }

    private static (int Begin, int End) Bounds(TextValue text, Value?[] arguments)
    {
        int begin = Clamp(Argument.OptionalInt(arguments[1]) ?? 0);
        int end = Clamp(Argument.OptionalInt(arguments[2]) ?? int.MaxValue);
        return text.IsFlat ? (begin, end) : (CodePoints.Index(text.Text, begin), CodePoints.Index(text.Text, end));

        int Clamp(int position) => Math.Clamp(position < 0 ? position + text.Length : position, 0, text.Length);
    }

    private static int Find(TextValue text, Value?[] arguments, string function, bool last)
    {
        string part = Argument.Text(arguments[0], function).Text;
        (int begin, int end) = Bounds(text, arguments);
        if (begin > end || Argument.OptionalInt(arguments[1]) > text.Length) return -1;
        ReadOnlySpan<char> span = text.Text.AsSpan(begin, end - begin);
        int found = last ? span.LastIndexOf(part, StringComparison.Ordinal) : span.IndexOf(part, StringComparison.Ordinal);
        return found < 0 ? -1 : CodePoints.Position(text.Text, begin + found);
    }

    private static IntValue Index(TextValue text, Value?[] arguments, string function, bool last) =>
        Find(text, arguments, function, last) is >= 0 and int found ? IntValue.Of(found) : throw new ChatTemplateException("substring not found");

    private static int Count(Rendering rendering, TextValue text, Value?[] arguments)
    {
        string part = Argument.Text(arguments[0], "count").Text;
        (int begin, int end) = Bounds(text, arguments);
        if (begin > end) return 0;
        if (part.Length == 0) return CodePoints.Count(text.Text.AsSpan(begin, end - begin)) + 1;
        rendering.Text(end - begin);
        return text.Text.AsSpan(begin, end - begin).Count(part);
    }

    private static bool HasAffix(TextValue text, Value?[] arguments, bool atEnd)
    {
        if (arguments[0] is not (TextValue or TupleValue))
            throw new ChatTemplateException($"{(atEnd ? "endswith" : "startswith")} first arg must be str or a tuple of str, not {arguments[0]!.TypeName}");
        (int begin, int end) = Bounds(text, arguments);
        if (begin > end) return false;
        IReadOnlyList<Value> affixes = arguments[0] is TupleValue tuple ? tuple.Items : [arguments[0]!];
        foreach (Value affix in affixes)
        {
            ReadOnlySpan<char> span = text.Text.AsSpan(begin, end - begin);
            string part = Argument.Text(affix, "startswith").Text;
            if (atEnd ? span.EndsWith(part, StringComparison.Ordinal) : span.StartsWith(part, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    private static TextValue Translate(Rendering rendering, TextValue text, DictValue table)
    {
        MarkedWriter writer = new(rendering);
        for (int i = 0; i < text.Text.Length;)
        {
            int length = CodePoints.LengthAt(text.Text, i);
            int code = length == 2 ? char.ConvertToUtf32(text.Text, i) : text.Text[i];
            switch (table.Get(IntValue.Of(code)))
            {
                case null: writer.Append(text, i, length); break;
                case NoneValue: break;
                case TextValue replacement: writer.Append(replacement); break;
                case IntValue { Number: var number } when number >= 0 && number <= 0x10FFFF:
                    writer.Append(FormatSpec.CodePoint((int)number), text.IsMarked(i));
                    break;
                default: throw new ChatTemplateException("character mapping must return integer, None or str");
            }
            i += length;
        }
        return writer.ToValue(text.Safe);
    }
}
