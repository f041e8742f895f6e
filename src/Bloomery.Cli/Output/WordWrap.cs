using System.Text;

namespace Bloomery.Cli.Output;

/// <summary>
/// Breaks streamed text between words, where a terminal by itself would break it anywhere. A word is held back until it ends; one that is longer than a line is
/// left to the terminal.
/// </summary>
/// <param name="width">Columns of the terminal now: it may be resized in the middle.</param>
internal sealed class WordWrap(Func<int> width)
{
    private const int TabStop = 8;
    private readonly StringBuilder _spaces = new(), _word = new(), _out = new();
    private int _column, _spaceCells, _wordCells;
    private bool _long;

    /// <summary>Whether the cursor is at the begin of a line and nothing is held back.</summary>
    public bool IsAtBegin => _column == 0 && _word.Length == 0;

    /// <summary>Takes the next piece of text.</summary>
    /// <returns>What can be shown.</returns>
    public string Push(string text)
    {
        foreach (Rune rune in text.EnumerateRunes()) Take(rune);
        return Released();
    }

    /// <summary>Ends the text, or a part of it.</summary>
    /// <returns>What was held back.</returns>
    public string Flush()
    {
        EndWord();
        return Released();
    }

    private void Take(Rune rune)
    {
        if (rune.Value == '\n')
        {
            EndWord();
            _out.Append('\n');
            (_column, _spaceCells) = (0, 0);
            _spaces.Clear();
            return;
        }
        if (rune.Value is ' ' or '\t')
        {
            EndWord();
            _spaces.Append(rune.ToString());
            int at = _column + _spaceCells;
            _spaceCells += rune.Value == '\t' ? TabStop - at % TabStop : 1;
            return;
        }
        int cells = CharacterWidth.Of(rune);
        // Scripts with wide characters have no spaces: they may be broken anywhere.
        if (cells == 2) EndWord();
        _word.Append(rune.ToString());
        _wordCells += cells;
        if (_long || _wordCells > width()) Overflow();
        else if (cells == 2) EndWord();
    }

    /// <summary>A word longer than a line goes out as it comes, so that the terminal breaks it and can copy it as one.</summary>
    private void Overflow()
    {
        if (!_long && _column > 0) Break();
        _out.Append(_spaces).Append(_word);
        _column = (_column + _spaceCells + _wordCells) % Math.Max(1, width());
        Clear();
        _long = true;
    }

    private void EndWord()
    {
        _long = false;
        if (_word.Length == 0) return;
        if (_column > 0 && _column + _spaceCells + _wordCells > width()) Break();
        _out.Append(_spaces).Append(_word);
        _column += _spaceCells + _wordCells;
        Clear();
    }

    private void Break()
    {
        _out.Append('\n');
        _spaces.Clear();
        (_column, _spaceCells) = (0, 0);
    }

    private void Clear()
    {
        _spaces.Clear();
        _word.Clear();
        (_spaceCells, _wordCells) = (0, 0);
    }

    private string Released()
    {
        string text = _out.ToString();
        _out.Clear();
        return text;
    }
}
