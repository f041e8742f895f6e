using Bloomery.Formats;

namespace Bloomery.Cli.Input;

/// <summary>Lines of text as they come: one is given out as soon as it ends.</summary>
internal sealed class TextLines(Stream input, string name)
{
    private readonly byte[] _buffer = new byte[1 << 12];
    private int _begin, _end;
    private long _at;
    private StringReader? _decoded;

    /// <summary>The next line without its end; null at the end of the input.</summary>
    /// <exception cref="Framework.CliException">It is no text.</exception>
    public string? Read()
    {
        if (_decoded is not null) return _decoded.ReadLine();
        using var line = new MemoryStream();
        while (Fill())
        {
            int length = _buffer.AsSpan(_begin, _end - _begin).IndexOf((byte)'\n');
            bool ends = length >= 0;
            Take(line, ends ? length + 1 : _end - _begin);
            if (ends) break;
        }
        if (line.Length == 0) return null;
        // In UTF-16 and UTF-32 a line end is no single byte: such a text is read to its end.
        if (_at == 0 && MarkedText.Find(line.ToArray()) is not null)
        {
            while (Fill()) Take(line, _end - _begin);
            _decoded = new StringReader(InputText.ToText(line.ToArray(), name));
            return _decoded.ReadLine();
        }
        string text = InputText.ToText(line.ToArray(), name, _at);
        _at += line.Length;
        return text.TrimEnd('\n').TrimEnd('\r');
    }

    private bool Fill()
    {
        if (_begin < _end) return true;
        (_begin, _end) = (0, input.Read(_buffer));
        return _end > 0;
    }

    private void Take(MemoryStream line, int count)
    {
        line.Write(_buffer, _begin, count);
        _begin += count;
    }
}
