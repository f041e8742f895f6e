using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>format % values</c> as for Python strings.</summary>
internal static class PercentFormat
{
    private const int MaxWidth = 1_000_000;

    public static TextValue Format(Rendering rendering, TextValue format, Value arguments)
    {
        IReadOnlyList<Value> values = arguments is TupleValue tuple ? tuple.Items : [arguments];
        DictValue? named = arguments as DictValue;
        MarkedWriter writer = new(rendering);
        string text = format.Text;
        int next = 0;
        int place = 0;
        while (place < text.Length)
        {
            int percent = text.IndexOf('%', place);
            if (percent < 0) percent = text.Length;
            writer.Append(format, place, percent - place);
            if (percent == text.Length) break;
            rendering.Step();
            place = percent + 1;

            Value? value = null;
            if (place < text.Length && text[place] == '(')
            {
                if (named is null) throw new ChatTemplateException("format requires a mapping");
                string key = ReadKey(text, ref place);
                value = named.Get(key) ?? throw new ChatTemplateException($"'{key}'");
                next = values.Count;
            }
            string flags = "";
            for (; place < text.Length && "-+ #0".Contains(text[place]); place++) flags += text[place];
            int width = ReadNumber(text, ref place, NextInt) ?? 0;
            if (width < 0)
            {
                flags += "-";
                width = -width;
            }
            int precision = -1;
            if (place < text.Length && text[place] == '.')
            {
                place++;
                precision = Math.Max(ReadNumber(text, ref place, NextInt) ?? 0, 0);
            }
            while (place < text.Length && text[place] is 'h' or 'l' or 'L') place++;
            if (place >= text.Length) throw new ChatTemplateException("incomplete format");
            char type = text[place++];
            if (type == '%')
            {
                writer.Append('%');
                continue;
            }
            Write(writer, format.Safe, value ?? NextValue(), type, flags, width, precision);
        }
        if (next < values.Count && named is null && arguments is not (ListValue or RangeValue))
            throw new ChatTemplateException("not all arguments converted during string formatting");
        return writer.ToValue(format.Safe);

        Value NextValue() => next < values.Count
            ? values[next++]
            : throw new ChatTemplateException("not enough arguments for format string");

        int NextInt() => Numbers.TryInt(NextValue(), out BigInteger number) && BigInteger.Abs(number) <= MaxWidth
            ? (int)number
            : throw new ChatTemplateException("* wants int");
    }

    private static string ReadKey(string text, ref int place)
    {
        int begin = ++place;
        for (int depth = 1; place < text.Length; place++)
        {
            depth += text[place] == '(' ? 1 : text[place] == ')' ? -1 : 0;
            if (depth == 0) return text[begin..place++];
        }
        throw new ChatTemplateException("incomplete format key");
    }

    private static int? ReadNumber(string text, ref int place, Func<int> star)
    {
        if (place < text.Length && text[place] == '*')
        {
            place++;
            return star();
        }
        int? number = null;
        for (; place < text.Length && char.IsAsciiDigit(text[place]); place++)
        {
            number = ((number ?? 0) * 10) + text[place] - '0';
            if (number > MaxWidth) throw new ChatTemplateException($"a width or precision is over the limit of {MaxWidth}", ChatTemplateError.Limit);
        }
        return number;
    }

    private static void Write(MarkedWriter writer, bool safe, Value value, char type, string flags, int width, int precision)
    {
        bool left = flags.Contains('-');
        switch (type)
        {
            case 's' or 'r' or 'a':
                MarkedWriter inner = new(writer.Rendering);
                if (type == 's') inner.AppendStr(value);
                else inner.AppendRepr(value);
                TextValue text = inner.ToValue();
                if (type == 'a') text = text.Map(writer.Rendering, JsonText.Ascii);
                if (safe) text = value is TextValue { Safe: true } ? text : Escaping.Escape(writer.Rendering, text);
                new FormatSpec { Fill = " ", Align = left ? '<' : '>', Width = width, Precision = precision }.Write(writer, text);
                return;
            case 'c':
                TextValue character = value is TextValue { Length: 1 } one ? one
                    : Numbers.TryInt(value, out BigInteger code) && code >= 0 && code <= 0x10FFFF ? new TextValue(FormatSpec.CodePoint((int)code))
                    : throw new ChatTemplateException("%c requires int or char");
                new FormatSpec { Fill = " ", Align = left ? '<' : '>', Width = width, Precision = -1 }.Write(writer, character);
                return;
        }
        FormatSpec spec = new()
        {
            Fill = flags.Contains('0') && !left ? "0" : " ",
            Align = left ? '<' : flags.Contains('0') ? '=' : '>',
            Sign = flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-',
            Alternate = flags.Contains('#'),
            Width = width,
            Precision = -1,
            Type = type is 'i' or 'u' ? 'd' : type,
        };
        switch (type)
        {
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                WriteInt(writer, spec, value, precision);
                break;
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                (spec with { Precision = precision }).Write(writer, new FloatValue(Numbers.ToDouble(value)));
                break;
            default:
                throw new ChatTemplateException($"unsupported format character '{type}'");
        }
    }

    private static void WriteInt(MarkedWriter writer, FormatSpec spec, Value value, int precision)
    {
        if (value is FloatValue { Number: double number } && double.IsFinite(number) && spec.Type == 'd') value = IntValue.Of(new BigInteger(number));
        if (!Numbers.TryInt(value, out BigInteger integer))
            throw new ChatTemplateException($"%{spec.Type} format: a real number is required, not {value.TypeName}");
        if (precision < 0)
        {
            spec.Write(writer, IntValue.Of(integer));
            return;
        }
        // A precision is the least number of digits, zeros in front; the zero flag then fills with zeros all the same.
        MarkedWriter digits = new(writer.Rendering);
        FormatSpec.Parse((spec.Sign == '-' ? "" : spec.Sign.ToString()) + (spec.Alternate ? "#" : "") + spec.Type).Write(digits, IntValue.Of(integer));
        string text = digits.ToValue().Text;
        int head = text.AsSpan().IndexOfAnyExcept('-', '+', ' ');
        if (spec.Alternate && spec.Type != 'd') head += 2;
        text = text[..head] + text[head..].PadLeft(precision, '0');
        int missing = Math.Max(spec.Width - text.Length, 0);
        writer.Append(spec.Align switch
        {
            '<' => text + new string(' ', missing),
            '=' => text[..head] + new string('0', missing) + text[head..],
            _ => new string(' ', missing) + text,
        });
    }
}
