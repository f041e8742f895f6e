using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Chat;

/// <summary>The keyboard and screen of a chat; without a terminal, lines from standard input.</summary>
internal sealed class ChatConsole : IDisposable
{
    private readonly Call _call;
    private readonly LineEditor? _editor;
    private readonly WordWrap? _wrap;
    private readonly TextLines? _lines;
    private CancellationTokenSource? _answer;

    /// <summary>Takes over the terminal; Ctrl-C stops answers from now on, and not the program.</summary>
    public ChatConsole(Call call)
    {
        _call = call;
        if (!Terminal.IsInputTerminal || !(call.WantsJson ? Terminal.IsErrorTerminal : Terminal.IsOutputTerminal))
        {
            _lines = new TextLines(StandardInput.Open(), StandardInput.Name);
            return;
        }
        _editor = new LineEditor(() => Console.ReadKey(intercept: true), () => Console.KeyAvailable, Show);
        _wrap = new WordWrap(() => Terminal.Width);
        call.Interrupt.Intercept = StopAnswer;
    }

    /// <summary>Reads a message; null at the end of the input.</summary>
    public string? Read(string prompt)
    {
        if (_editor is null) return _lines!.Read();
        // While a line is edited Ctrl-C is a key; while an answer is made it is a signal.
        Console.TreatControlCAsInput = true;
        try
        {
            return _editor.Read(prompt);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    /// <summary>Writes to the screen, broken between words on a terminal; whoever ends what is said ends the line.</summary>
    public void Write(string text) => Show(_wrap is null ? text : _wrap.Push(text));

    /// <summary>With <c>--json</c> standard output is for the document alone.</summary>
    private void Show(string text)
    {
        if (text.Length == 0) return;
        if (!_call.WantsJson) _call.Write(text);
        else if (Terminal.IsErrorTerminal) Console.Error.Write(text);
    }

    /// <summary>Begins an answer that Ctrl-C stops; the caller disposes.</summary>
    public CancellationTokenSource BeginAnswer() => _answer = CancellationTokenSource.CreateLinkedTokenSource(_call.Cancellation);

    /// <inheritdoc/>
    public void Dispose() => _call.Interrupt.Intercept = null;

    private bool StopAnswer()
    {
        try
        {
            _answer?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer ended by itself in this moment.
        }
        return true;
    }
}
