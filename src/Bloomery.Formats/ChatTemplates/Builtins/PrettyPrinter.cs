using Bloomery.Formats.ChatTemplates.Runtime;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Python's <c>pprint</c>: on one line where it fits into 80 columns, else one element a line, keys sorted.</summary>
internal sealed class PrettyPrinter(Rendering rendering)
{
    private const int Width = 80;

    private readonly MarkedWriter _writer = new(rendering);

    public static TextValue Print(Rendering rendering, Value value)
    {
        PrettyPrinter printer = new(rendering);
        printer.Write(value, 0, 0);
        return printer._writer.ToValue();
    }

    private void Write(Value value, int indent, int allowance)
    {
        using Rendering.Nesting nesting = rendering.Nest();
        TextValue line = Line(value);
        if (line.Length <= Width - indent - allowance || value.Length == 0)
        {
            _writer.Append(line);
            return;
        }
        switch (value)
        {
            case ListValue list:
                _writer.Append('[');
                WriteItems(list.Items, indent + 1, allowance + 1);
                _writer.Append(']');
                break;
            case TupleValue { HasFields: false } tuple:
                _writer.Append('(');
                WriteItems(tuple.Items, indent + 1, allowance + (tuple.Items.Count == 1 ? 2 : 1));
                _writer.Append(tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case DictValue dict:
                WriteDict(dict, indent + 1, allowance + 1);
                break;
            default:
                _writer.Append(line);
                break;
        }
    }

    private TextValue Line(Value value)
    {
        MarkedWriter writer = new(rendering);
        WriteSorted(writer, value);
        return writer.ToValue();
    }

    /// <summary>As <c>repr</c>, but with sorted dicts.</summary>
    private void WriteSorted(MarkedWriter writer, Value value)
    {
        using Rendering.Nesting nesting = rendering.Nest();
        switch (value)
        {
            case DictValue dict:
                writer.Append('{');
                bool first = true;
                foreach ((Value key, Value item) in Sorted(dict))
                {
                    if (!first) writer.Append(", ");
                    first = false;
                    WriteSorted(writer, key);
                    writer.Append(": ");
                    WriteSorted(writer, item);
                }
                writer.Append('}');
                break;
            case SequenceValue sequence when sequence is not TupleValue { HasFields: true }:
                writer.Append(sequence is ListValue ? '[' : '(');
                for (int i = 0; i < sequence.Items.Count; i++)
                {
                    if (i > 0) writer.Append(", ");
                    WriteSorted(writer, sequence.Items[i]);
                }
                writer.Append(sequence is ListValue ? "]" : sequence.Items.Count == 1 ? ",)" : ")");
                break;
            default:
                writer.AppendRepr(value);
                break;
        }
    }

    private void WriteItems(IReadOnlyList<Value> items, int indent, int allowance)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0) NewLine(indent);
            Write(items[i], indent, i == items.Count - 1 ? allowance : 1);
        }
    }

    private void WriteDict(DictValue dict, int indent, int allowance)
    {
        _writer.Append('{');
        List<KeyValuePair<Value, Value>> entries = Sorted(dict);
        for (int i = 0; i < entries.Count; i++)
        {
            if (i > 0) NewLine(indent);
            TextValue key = Line(entries[i].Key);
            _writer.Append(key);
            _writer.Append(": ");
            Write(entries[i].Value, indent + key.Length + 2, i == entries.Count - 1 ? allowance : 1);
        }
        _writer.Append('}');
    }

    private void NewLine(int indent)
    {
        _writer.Append(",\n");
        _writer.Append(' ', indent);
    }

    // Keys of types without a common order sort by the names of their types.
    private List<KeyValuePair<Value, Value>> Sorted(DictValue dict)
    {
        List<KeyValuePair<Value, Value>> entries = [.. dict.Entries];
        try
        {
            return Sequences.Sort(rendering, entries, static e => e.Key, false);
        }
        catch (ChatTemplateException e) when (e.Kind == ChatTemplateError.Runtime)
        {
            return [.. entries.OrderBy(static e => e.Key.TypeName, StringComparer.Ordinal)];
        }
    }
}
