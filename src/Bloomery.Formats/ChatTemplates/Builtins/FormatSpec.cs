using System.Globalization;
using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Python's format specification: <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
internal readonly record struct FormatSpec
{
    private const int MaxWidth = 1_000_000;

    public string Fill { get; init; }

    /// <summary><c>&lt; &gt; ^ =</c>, or 0 for the type's own.</summary>
    public char Align { get; init; }

    /// <summary><c>+</c>, <c>-</c> or a space; 0 where none is given.</summary>
    public char Sign { get; init; }

    public bool Alternate { get; init; }

    public int Width { get; init; }

    public char Grouping { get; init; }

    /// <summary>-1 where none is given.</summary>
    public int Precision { get; init; }

    public char Type { get; init; }

    public static FormatSpec Parse(string spec)
    {
        int i = 0;
        string fill = " ";
        char align = '\0';
        int first = spec.Length > 0 ? CodePoints.LengthAt(spec, 0) : 0;
        if (spec.Length > first && spec[first] is '<' or '>' or '^' or '=')
        {
            fill = spec[..first];
            align = spec[first];
            i = first + 1;
        }
        else if (spec is ['<' or '>' or '^' or '=', ..]) align = spec[i++];
        char sign = Take("+- ") ?? '\0';
        bool alternate = Take("#") is not null;
        if (Take("0") is not null && align == '\0')
        {
            fill = "0";
            align = '=';
        }
        int width = Math.Max(Number(), 0);
        char grouping = Take(",_") ?? '\0';
        int precision = -1;
        if (Take(".") is not null)
        {
            precision = Number();
            if (precision < 0) throw new ChatTemplateException("Format specifier missing precision");
        }
        char type = i < spec.Length ? spec[i++] : '\0';
        if (i < spec.Length) throw new ChatTemplateException("Invalid format specifier");
        return new FormatSpec
        {
            Fill = fill, Align = align, Sign = sign, Alternate = alternate, Width = width, Grouping = grouping, Precision = precision, Type = type,
        };

        char? Take(string of) => i < spec.Length && of.Contains(spec[i]) ? spec[i++] : null;

        int Number()
        {
            int number = -1;
            for (; i < spec.Length && char.IsAsciiDigit(spec[i]); i++)
            {
                number = (Math.Max(number, 0) * 10) + spec[i] - '0';
                if (number > MaxWidth) throw new ChatTemplateException($"a width or precision is over the limit of {MaxWidth}", ChatTemplateError.Limit);
            }
            return number;
        }
    }

    public void Write(MarkedWriter writer, Value value)
    {
        switch (value)
        {
            case TextValue text:
                WriteText(writer, text);
                break;
            case FloatValue number:
                WriteFloat(writer, number.Number);
                break;
            case IntValue or BoolValue:
                Numbers.TryInt(value, out BigInteger integer);
                if (Type != '\0' && "eEfFgG%".Contains(Type)) WriteFloat(writer, Numbers.ToDouble(value));
                else WriteInt(writer, integer);
                break;
            default:
                throw new ChatTemplateException($"unsupported format string passed to {value.TypeName}.__format__");
        }
    }

    private void WriteText(MarkedWriter writer, TextValue text)
    {
        if (Type is not ('\0' or 's')) throw Unknown("str");
        if (Sign != '\0') throw new ChatTemplateException("Sign not allowed in string format specifier");
        if (Alternate) throw new ChatTemplateException("Alternate form (#) not allowed in string format specifier");
        if (Grouping != '\0') throw new ChatTemplateException($"Cannot specify '{Grouping}' with 's'.");
        if (Align == '=' && Fill != "0") throw new ChatTemplateException("'=' alignment not allowed in string format specifier");
        int end = Precision >= 0 && Precision < text.Length ? CodePoints.Index(text.Text, Precision) : text.Text.Length;
        int missing = Width - (end == text.Text.Length ? text.Length : Precision);
        int left = Align == '>' ? missing : Align == '^' ? missing / 2 : 0;
        WriteFill(writer, left);
        writer.Append(text, 0, end);
        WriteFill(writer, missing - Math.Max(left, 0));
    }

    private void WriteInt(MarkedWriter writer, BigInteger number)
    {
        if (Precision >= 0) throw new ChatTemplateException("Precision not allowed in integer format specifier");
        BigInteger magnitude = BigInteger.Abs(number);
        (string prefix, string digits) = Type switch
        {
            '\0' or 'd' or 'n' => ("", IntValue.Decimal(magnitude)),
            'x' => ("0x", Radix(magnitude, 16)),
            'X' => ("0X", Radix(magnitude, 16).ToUpperInvariant()),
            'o' => ("0o", Radix(magnitude, 8)),
            'b' => ("0b", Radix(magnitude, 2)),
            'c' when number >= 0 && number <= 0x10FFFF => ("", CodePoint((int)number)),
            _ => throw Unknown("int"),
        };
        int group = Type is 'x' or 'X' or 'o' or 'b' ? 4 : 3;
        WriteNumber(writer, number.Sign < 0, Alternate ? prefix : "", digits, "", group);
    }

    private void WriteFloat(MarkedWriter writer, double number)
    {
        bool percent = Type == '%';
        if (percent) number *= 100;
        string text = Digits(number, percent);
        if (char.IsUpper(Type)) text = text.ToUpperInvariant();
        int split = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (!double.IsFinite(number)) split = text.Length;
        string whole = split < 0 ? text : text[..split];
        string rest = (split < 0 ? "" : text[split..]) + (percent ? "%" : "");
        WriteNumber(writer, double.IsNegative(number) && !double.IsNaN(number), "", whole, rest, 3);
    }

    private string Digits(double number, bool percent)
    {
        if (!double.IsFinite(number)) return FloatText.NotFinite(Math.Abs(number));
        switch (char.ToLowerInvariant(Type))
        {
            case 'f' or '%':
                string text = FloatText.Fixed(number, Precision < 0 ? 6 : Precision);
                return Alternate && !text.Contains('.') && !percent ? text + "." : text;
            case 'e':
                return FloatText.Exponent(number, Precision < 0 ? 6 : Precision);
            case 'g' or 'n':
                return FloatText.General(number, Precision < 0 ? 6 : Precision, Alternate);
            case '\0':
                if (Precision < 0) return FloatText.Repr(Math.Abs(number));
                string general = FloatText.General(number, Precision, Alternate);
                return general.AsSpan().IndexOfAny('.', 'e') < 0 ? general + ".0" : general;
            default:
                throw Unknown("float");
        }
    }

    private void WriteNumber(MarkedWriter writer, bool negative, string prefix, string digits, string rest, int group)
    {
        string head = (negative ? "-" : Sign is '-' or '\0' ? "" : Sign.ToString()) + prefix;
        bool zeroFill = Align == '=' && Fill == "0";
        if (Grouping != '\0') digits = Group(digits, group, zeroFill ? Width - head.Length - rest.Length : 0);
        int missing = Width - head.Length - digits.Length - rest.Length;
        int left = Align switch { '<' or '=' => 0, '^' => missing / 2, _ => missing };
        WriteFill(writer, left);
        writer.Append(head);
        if (Align == '=') WriteFill(writer, missing);
        writer.Append(digits);
        writer.Append(rest);
        if (Align != '=') WriteFill(writer, missing - Math.Max(left, 0));
    }

    /// <summary>Digits in groups; zeros in front up to a width are grouped too.</summary>
    private string Group(string digits, int size, int width)
    {
        System.Text.StringBuilder grouped = new();
        int count = 0;
        for (int i = digits.Length - 1; i >= 0 || grouped.Length < width; i--, count++)
        {
            if (count > 0 && count % size == 0) grouped.Insert(0, Grouping);
            if (i < 0 && grouped.Length >= width && grouped[0] != Grouping) break;
            grouped.Insert(0, i >= 0 ? digits[i] : '0');
        }
        return grouped.ToString();
    }

    private void WriteFill(MarkedWriter writer, int count)
    {
        for (; count > 0; count--) writer.Append(Fill);
    }

    public static string Radix(BigInteger magnitude, int radix)
    {
        if (magnitude.IsZero) return "0";
        if (radix == 16) return magnitude.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        if (radix == 2) return magnitude.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');
        System.Text.StringBuilder digits = new();
        for (; !magnitude.IsZero; magnitude >>= 3) digits.Insert(0, (char)('0' + (int)(magnitude & 7)));
        return digits.ToString();
    }

    public static string CodePoint(int code) =>
        code is >= 0xD800 and < 0xE000 ? ((char)code).ToString() : char.ConvertFromUtf32(code);

    private ChatTemplateException Unknown(string type) =>
        new($"Unknown format code '{Type}' for object of type '{type}'");
}
