using System.Globalization;
using System.Text;
using Bloomery.Cli.Output;

namespace Bloomery.Cli.Chat;

/// <summary>
/// Reads a message of one or more lines at a terminal: cursor keys, history, paste. Draws with a few ANSI sequences, so any terminal will do;
/// of a message that is higher than the screen, the part around the cursor.
/// </summary>
internal sealed class LineEditor
{
    private const string PasteBegin = "[200~", PasteEnd = "[201~";
    private readonly List<string> _history = [];
    private readonly StringBuilder _text = new();
    private readonly Func<ConsoleKeyInfo> _readKey;
    private readonly Func<bool> _keyAvailable;
    private readonly Action<string> _write;
    private readonly Func<(int Width, int Height)> _size;
    private readonly Dictionary<int, string> _edited = [];
    private string _prompt = "";
    private int _cursor, _shownRow, _top, _recalled;
    private int? _column; // that Up and Down keep to, while they follow each other
    private bool _pasting;

    /// <summary>An editor over a keyboard and a screen.</summary>
    public LineEditor(Func<ConsoleKeyInfo> readKey, Func<bool> keyAvailable, Action<string> write, Func<(int Width, int Height)>? size = null) =>
        (_readKey, _keyAvailable, _write, _size) = (readKey, keyAvailable, write, size ?? (() => (Terminal.Width, Terminal.Height)));

    /// <summary>Reads one message.</summary>
    /// <returns>The text; null when the user ended the input with Ctrl-D.</returns>
    public string? Read(string prompt)
    {
        (_prompt, _cursor, _shownRow, _top, _recalled, _pasting, _column) = (prompt, 0, 0, 0, _history.Count, false, null);
        _text.Clear();
        _edited.Clear();
        _write("\u001b[?2004h");
        try
        {
            Draw();
            while (true)
            {
                switch (Handle(_readKey()))
                {
                    case Outcome.Done:
                        Finish();
                        string text = _text.ToString();
                        if (text.Length > 0 && (_history.Count == 0 || _history[^1] != text)) _history.Add(text);
                        return text;
                    case Outcome.End:
                        Finish();
                        return null;
                    case Outcome.Cleared:
                        Finish();
                        return "";
                    default:
                        // While more is on its way, drawing can wait.
                        if (!_keyAvailable()) Draw();
                        break;
                }
            }
        }
        finally
        {
            _write("\u001b[?2004l");
        }
    }

    private enum Outcome
    {
        Edited,
        Done,
        End,
        Cleared,
    }

    private Outcome Handle(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if (key.Key is not (ConsoleKey.UpArrow or ConsoleKey.DownArrow)) _column = null;
        if (control && key.Key == ConsoleKey.C) return Outcome.Cleared;
        if (control && key.Key == ConsoleKey.D)
        {
            if (_text.Length == 0) return Outcome.End;
            if (_cursor < _text.Length) _text.Remove(_cursor, Step(1));
            return Outcome.Edited;
        }
        if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n') return Enter(key);
        if (key.Key == ConsoleKey.Escape || key.KeyChar == '\u001b')
        {
            Escape();
            return Outcome.Edited;
        }
        if (control) Control(key.Key);
        else if (!Move(key.Key) && key.KeyChar == '\t') Insert("    ");
        else if (key.KeyChar >= ' ' && key.KeyChar != '\u007f') Insert(key.KeyChar.ToString());
        return Outcome.Edited;
    }

    private Outcome Enter(ConsoleKeyInfo key)
    {
        if (_pasting || key.Modifiers.HasFlag(ConsoleModifiers.Alt)) Insert("\n");
        else if (_cursor == _text.Length && _cursor > 0 && _text[^1] == '\\')
        {
            _text[^1] = '\n';
        }
        else return Outcome.Done;
        return Outcome.Edited;
    }

    /// <summary>Terminals announce a paste with a sequence; others are passed over.</summary>
    private void Escape()
    {
        var sequence = new StringBuilder();
        while (_keyAvailable() && sequence.Length < PasteBegin.Length)
        {
            sequence.Append(_readKey().KeyChar);
            if (sequence[0] != '[' || sequence[^1] is '~' or (>= 'A' and <= 'Z')) break;
        }
        _pasting = sequence.ToString() switch { PasteBegin => true, PasteEnd => false, _ => _pasting };
    }

    private void Control(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A: _cursor = LineBegin(); break;
            case ConsoleKey.E: _cursor = LineEnd(); break;
            case ConsoleKey.U: Delete(LineBegin(), _cursor); break;
            case ConsoleKey.K: Delete(_cursor, LineEnd()); break;
            case ConsoleKey.W: Delete(WordBegin(), _cursor); break;
            case ConsoleKey.J: Insert("\n"); break;
            case ConsoleKey.H: Delete(_cursor - Step(-1), _cursor); break;
            case ConsoleKey.LeftArrow: _cursor = WordBegin(); break;
            case ConsoleKey.RightArrow: _cursor = WordEnd(); break;
            case ConsoleKey.L:
                _write("\u001b[2J\u001b[H");
                _shownRow = 0;
                break;
        }
    }

    private bool Move(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.LeftArrow: _cursor -= Step(-1); break;
            case ConsoleKey.RightArrow: _cursor += Step(1); break;
            case ConsoleKey.Home: _cursor = LineBegin(); break;
            case ConsoleKey.End: _cursor = LineEnd(); break;
            case ConsoleKey.Backspace: Delete(_cursor - Step(-1), _cursor); break;
            case ConsoleKey.Delete: Delete(_cursor, _cursor + Step(1)); break;
            case ConsoleKey.UpArrow: Vertical(-1); break;
            case ConsoleKey.DownArrow: Vertical(1); break;
            default: return false;
        }
        return true;
    }

    /// <summary>To the row above or below, and at the first or last one to an earlier or later message.</summary>
    private void Vertical(int step)
    {
        ScreenLayout layout = Layout();
        int row = layout.CursorRow + step;
        if (row < 0 || row >= layout.Rows)
        {
            Recall(step);
            return;
        }
        _column ??= layout.CursorColumn;
        _cursor = layout.IndexAt(row, _column.Value);
    }

    /// <summary>Shows another message of the history; what was typed, there or in a new message, comes back with it.</summary>
    private void Recall(int step)
    {
        int wanted = _recalled + step;
        if (wanted < 0 || wanted > _history.Count) return;
        _edited[_recalled] = _text.ToString();
        _recalled = wanted;
        _text.Clear().Append(_edited.TryGetValue(wanted, out string? edited) ? edited : _history[wanted]);
        (_cursor, _column) = (_text.Length, null);
    }

    private void Insert(string text)
    {
        _text.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private void Delete(int from, int to)
    {
        _text.Remove(from, to - from);
        _cursor = from;
    }

    /// <summary>UTF-16 units to the neighbour, which may be made of several (a pair, marks, joined emoji); none at the ends.</summary>
    private int Step(int direction)
    {
        if (direction > 0) return _cursor == _text.Length ? 0 : StringInfo.GetNextTextElementLength(_text.ToString(_cursor, _text.Length - _cursor));
        int begin = LineBegin();
        if (begin == _cursor) return _cursor == 0 ? 0 : 1;
        return _cursor - begin - StringInfo.ParseCombiningCharacters(_text.ToString(begin, _cursor - begin))[^1];
    }

    private int LineBegin() => _cursor == 0 ? 0 : _text.ToString().LastIndexOf('\n', _cursor - 1) + 1;

    private int LineEnd() => _text.ToString().IndexOf('\n', _cursor) is >= 0 and int end ? end : _text.Length;

    private int WordBegin()
    {
        int at = _cursor;
        while (at > 0 && char.IsWhiteSpace(_text[at - 1])) at--;
        while (at > 0 && !char.IsWhiteSpace(_text[at - 1])) at--;
        return at;
    }

    private int WordEnd()
    {
        int at = _cursor;
        while (at < _text.Length && char.IsWhiteSpace(_text[at])) at++;
        while (at < _text.Length && !char.IsWhiteSpace(_text[at])) at++;
        return at;
    }

    private ScreenLayout Layout() => new(_prompt, _text.ToString(), _cursor, _size().Width);

    /// <summary>Draws the rows that the screen has room for.</summary>
    private void Draw(bool whole = false)
    {
        ScreenLayout layout = Layout();
        int height = whole ? layout.Rows : Math.Min(layout.Rows, Math.Max(1, _size().Height - 1));
        _top = Math.Clamp(_top, Math.Max(0, layout.CursorRow - height + 1), Math.Min(layout.CursorRow, layout.Rows - height));
        int below = _top + height - 1 - layout.CursorRow;
        string up = _shownRow > 0 ? $"\u001b[{_shownRow}A" : "";
        string back = below > 0 ? $"\u001b[{below}A" : "";
        string right = layout.CursorColumn > 0 ? $"\u001b[{layout.CursorColumn}C" : "";
        _write($"{up}\r\u001b[J{string.Join("\r\n", layout.Lines.Skip(_top).Take(height))}{back}\r{right}");
        _shownRow = layout.CursorRow - _top;
    }

    /// <summary>Leaves the whole text on the screen, with the cursor below it.</summary>
    private void Finish()
    {
        _cursor = _text.Length;
        Draw(whole: true);
        _write("\r\n");
    }
}
