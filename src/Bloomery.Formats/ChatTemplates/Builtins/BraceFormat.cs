using System.Numerics;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>'...{}...'.format(...)</c>, whose fields reach only what templates may reach.</summary>
internal sealed class BraceFormat
{
    private readonly Rendering _rendering;
    private readonly IReadOnlyList<Value> _positional;
    private readonly DictValue _named;
    private int _automatic;
    private bool _manual;

    private BraceFormat(Rendering rendering, IReadOnlyList<Value> positional, DictValue named)
    {
        _rendering = rendering;
        _positional = positional;
        _named = named;
    }

    public static TextValue Format(Rendering rendering, TextValue format, IReadOnlyList<Value> positional, DictValue named)
    {
        MarkedWriter writer = new(rendering);
        new BraceFormat(rendering, positional, named).Write(writer, format, 2);
        return writer.ToValue(format.Safe);
    }

    private void Write(MarkedWriter writer, TextValue format, int depth)
    {
        if (depth < 0) throw new ChatTemplateException("Max string recursion exceeded");
        string text = format.Text;
        for (int place = 0; place < text.Length;)
        {
            int brace = text.AsSpan(place).IndexOfAny('{', '}');
            brace = brace < 0 ? text.Length : brace + place;
            writer.Append(format, place, brace - place);
            if (brace == text.Length) return;
            _rendering.Step();
            if (brace + 1 < text.Length && text[brace + 1] == text[brace])
            {
                writer.Append(format, brace, 1);
                place = brace + 2;
                continue;
            }
            if (text[brace] == '}') throw new ChatTemplateException("Single '}' encountered in format string");
            int end = FindEnd(text, brace + 1);
            WriteField(writer, format, brace + 1, end, depth);
            place = end + 1;
        }
    }

    private static int FindEnd(string text, int from)
    {
        int depth = 1;
        for (int i = from; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return i;
        }
        throw new ChatTemplateException("expected '}' before end of string");
    }

    private void WriteField(MarkedWriter writer, TextValue format, int begin, int end, int depth)
    {
        string field = format.Text[begin..end];
        int nameEnd = NameEnd(field);
        Value value = Resolve(field[..nameEnd]);
        char conversion = '\0';
        int place = nameEnd;
        if (place < field.Length && field[place] == '!')
        {
            if (place + 1 >= field.Length) throw new ChatTemplateException("end of string while looking for conversion specifier");
            conversion = field[place + 1];
            place += 2;
            if (place < field.Length && field[place] != ':') throw new ChatTemplateException("expected ':' after conversion specifier");
        }
        TextValue spec = TextValue.Empty;
        if (place < field.Length)
        {
            MarkedWriter specWriter = new(_rendering);
            Write(specWriter, format.Slice(begin + place + 1, end - begin - place - 1), depth - 1);
            spec = specWriter.ToValue();
        }
        value = conversion switch
        {
            '\0' => value,
            's' => _rendering.ToText(value),
            'r' or 'a' => Repr(value, conversion == 'a'),
            _ => throw new ChatTemplateException($"Unknown conversion specifier '{conversion}'"),
        };
        if (format.Safe) value = Escaping.Escape(_rendering, value);
        if (spec.Text.Length == 0) writer.AppendStr(value);
        else FormatSpec.Parse(spec.Text).Write(writer, value);
    }

    // The name ends at the first '!' or ':' outside of brackets.
    private static int NameEnd(string field)
    {
        bool inBrackets = false;
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '[') inBrackets = true;
            else if (field[i] == ']') inBrackets = false;
            else if (!inBrackets && field[i] is '!' or ':') return i;
        }
        return field.Length;
    }

    private Value Resolve(string name)
    {
        int end = name.AsSpan().IndexOfAny('.', '[');
        if (end < 0) end = name.Length;
        Value value = First(name[..end]);
        while (end < name.Length)
        {
            if (name[end] == '.')
            {
                int next = name.AsSpan(end + 1).IndexOfAny('.', '[');
                next = next < 0 ? name.Length : next + end + 1;
                if (next == end + 1) throw new ChatTemplateException("Empty attribute in format string");
                value = Attributes.Get(_rendering, value, new TextValue(name[(end + 1)..next]));
                end = next;
            }
            else
            {
                int close = name.IndexOf(']', end);
                if (close < 0) throw new ChatTemplateException("Missing ']' in format string");
                string key = name[(end + 1)..close];
                if (key.Length == 0) throw new ChatTemplateException("Empty attribute in format string");
                value = Attributes.Item(_rendering, value, BigInteger.TryParse(key, out BigInteger index) ? IntValue.Of(index) : new TextValue(key));
                end = close + 1;
                if (end < name.Length && name[end] is not ('.' or '['))
                    throw new ChatTemplateException("Only '.' or '[' may follow ']' in format field specifier");
            }
        }
        return value;
    }

    private Value First(string name)
    {
        bool isNumber = name.Length > 0 && name.Length < 9 && name.All(char.IsAsciiDigit);
        if (name.Length > 0 && !isNumber) return _named.Get(name) ?? throw new ChatTemplateException($"'{name}'");
        if (isNumber ? _automatic > 0 : _manual)
        {
            throw new ChatTemplateException(isNumber
                ? "cannot switch from automatic field numbering to manual field specification"
                : "cannot switch from manual field specification to automatic field numbering");
        }
        _manual |= isNumber;
        int index = isNumber ? int.Parse(name, System.Globalization.CultureInfo.InvariantCulture) : _automatic++;
        return index < _positional.Count
            ? _positional[index]
            : throw new ChatTemplateException($"Replacement index {index} out of range for positional args tuple");
    }

    private TextValue Repr(Value value, bool ascii)
    {
        MarkedWriter writer = new(_rendering);
        writer.AppendRepr(value);
        TextValue text = writer.ToValue();
        return ascii ? text.Map(_rendering, JsonText.Ascii) : text;
    }
}
