using System.Text;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Runtime;

/// <summary>Builds a text and remembers which of its characters stem from request data.</summary>
internal sealed class MarkedWriter(Rendering rendering)
{
    private readonly StringBuilder _text = new();
    private List<int>? _marks;     // begin, end, begin, end, ...; ascending, disjoint, not touching

    public Rendering Rendering { get; } = rendering;

    public int Length => _text.Length;

    public void Append(char c)
    {
        _text.Append(c);
        if ((_text.Length & 1023) == 0) Account(1024);
    }

    public void Append(char c, int count)
    {
        if (count <= 0) return;
        Account(count);
        _text.Append(c, count);
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Account(text.Length);
        _text.Append(text);
    }

    public void Append(ReadOnlySpan<char> text, bool marked)
    {
        if (marked && text.Length > 0) Mark(_text.Length, _text.Length + text.Length);
        Append(text);
    }

    public void Append(TextValue value) => Append(value, 0, value.Text.Length);

    /// <summary>Appends a range of UTF-16 indices of <paramref name="value"/>.</summary>
    public void Append(TextValue value, int begin, int length)
    {
        if (value.Marks is { } marks)
        {
            int shift = _text.Length - begin;
            for (int i = 0; i < marks.Length; i += 2)
            {
                int from = Math.Max(marks[i], begin);
                int to = Math.Min(marks[i + 1], begin + length);
                if (from < to) Mark(from + shift, to + shift);
            }
        }
        Append(value.Text.AsSpan(begin, length));
    }

    public void AppendStr(Value value)
    {
        if (value is TextValue text) Append(text);
        else value.Str(this);
    }

    public void AppendRepr(Value value)
    {
        using Rendering.Nesting nesting = Rendering.Nest();
        value.Repr(this);
    }

    public TextValue ToValue(bool safe = false) => _text.Length == 0 && !safe
        ? TextValue.Empty
        : new TextValue(_text.ToString(), _marks?.ToArray(), safe);

    public RenderedPrompt ToPrompt()
    {
        (int, int)[] ranges = new (int, int)[(_marks?.Count ?? 0) / 2];
        for (int i = 0; i < ranges.Length; i++) ranges[i] = (_marks![2 * i], _marks[2 * i + 1]);
        return new RenderedPrompt(_text.ToString(), ranges);
    }

    private void Account(int length)
    {
        if (_text.Length + (long)length > Rendering.MaxText) Rendering.Text(_text.Length + (long)length);
        Rendering.Text(length);
    }

    private void Mark(int begin, int end)
    {
        _marks ??= [];
        if (_marks.Count > 0 && _marks[^1] == begin) _marks[^1] = end;
        else
        {
            _marks.Add(begin);
            _marks.Add(end);
        }
    }
}
