using Bloomery.Cli.Framework;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Text;

/// <summary>Writes an answer as it comes: broken between words and on lines of its own on a terminal, byte for byte elsewhere.</summary>
internal sealed class AnswerWriter(Call call) : IDisposable
{
    private readonly WordWrap? _wrap = Terminal.IsOutputTerminal ? new WordWrap(() => Terminal.Width) : null;
    private bool _written;

    /// <summary>Writes the next piece.</summary>
    public void Write(string text)
    {
        if (text.Length == 0) return;
        _written = true;
        string shown = _wrap is null ? text : _wrap.Push(Terminal.Safe(text));
        if (shown.Length > 0) call.Write(shown);
    }

    /// <summary>Writes what was held back, also of an answer that was interrupted, and ends the line.</summary>
    public void Dispose()
    {
        if (_wrap is null || !_written) return;
        bool inLine = !_wrap.IsAtBegin;
        call.Write(_wrap.Flush() + (inLine ? "\n" : ""));
    }
}
