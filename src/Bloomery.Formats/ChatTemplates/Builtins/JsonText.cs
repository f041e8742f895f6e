using System.Globalization;
using System.Text;
using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary><c>tojson</c>: what Python's <c>json.dumps</c> writes, with the options that templates give.</summary>
internal sealed class JsonText(MarkedWriter writer, bool ascii, string? indent, TextValue itemSeparator, TextValue keySeparator, bool sorted)
{
    private int _depth;

    public void Write(Value value)
    {
        using Rendering.Nesting nesting = writer.Rendering.Nest();
        switch (value)
        {
            case TextValue text:
                WriteText(text);
                break;
            case NoneValue:
                writer.Append("null");
                break;
            case BoolValue flag:
                writer.Append(flag.IsTrue ? "true" : "false");
                break;
            case IntValue integer:
                integer.Repr(writer);
                break;
            case FloatValue number:
                writer.Append(Float(number.Number));
                break;
            case SequenceValue sequence:
                WriteItems('[', ']', sequence.Items.Count, sequence.Items, Write);
                break;
            case DictValue dict:
                IEnumerable<KeyValuePair<Value, Value>> entries = sorted ? Sort(dict) : dict.Entries;
                WriteItems('{', '}', dict.Length, entries, entry =>
                {
                    WriteText(Key(entry.Key));
                    writer.Append(keySeparator);
                    Write(entry.Value);
                });
                break;
            default:
                throw new ChatTemplateException($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    /// <summary>Characters beyond ASCII as <c>\uXXXX</c>.</summary>
    public static string Ascii(string text)
    {
        if (System.Text.Ascii.IsValid(text)) return text;
        StringBuilder escaped = new();
        foreach (char c in text)
        {
            if (c < 128) escaped.Append(c);
            else escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        return escaped.ToString();
    }

    private void WriteItems<T>(char open, char close, int count, IEnumerable<T> items, Action<T> write)
    {
        writer.Append(open);
        if (count > 0)
        {
            _depth++;
            bool first = true;
            foreach (T item in items)
            {
                if (!first) writer.Append(itemSeparator);
                first = false;
                NewLine();
                write(item);
            }
            _depth--;
            NewLine();
        }
        writer.Append(close);
    }

    private void NewLine()
    {
        if (indent is null) return;
        writer.Append('\n');
        for (int i = 0; i < _depth; i++) writer.Append(indent);
    }

    private void WriteText(TextValue value)
    {
        string text = value.Text;
        writer.Append('"');
        foreach ((int begin, int end, bool marked) in value.Runs(0, text.Length))
        {
            int from = begin;
            for (int i = begin; i < end; i++)
            {
                if (Escape(text[i]) is not { } escape) continue;
                writer.Append(text.AsSpan(from, i - from), marked);
                writer.Append(escape, marked);
                from = i + 1;
            }
            writer.Append(text.AsSpan(from, end - from), marked);
        }
        writer.Append('"');
    }

    private string? Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
        _ => c >= 0x7f && ascii && c != 0x7f ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture) : null,
    };

    private static TextValue Key(Value key) => key switch
    {
        TextValue text => text,
        NoneValue => new TextValue("null"),
        BoolValue flag => new TextValue(flag.IsTrue ? "true" : "false"),
        IntValue integer => new TextValue(IntValue.Decimal(integer.Number)),
        FloatValue number => new TextValue(Float(number.Number)),
        _ => throw new ChatTemplateException($"keys must be str, int, float, bool or None, not {key.TypeName}"),
    };

    private List<KeyValuePair<Value, Value>> Sort(DictValue dict)
    {
        List<KeyValuePair<Value, Value>> entries = [.. dict.Entries];
        return Sequences.Sort(writer.Rendering, entries, static entry => entry.Key, reverse: false);
    }

    private static string Float(double number) => double.IsNaN(number) ? "NaN"
        : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity")
        : FloatText.Repr(number);
}
