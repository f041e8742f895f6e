using System.Globalization;
using System.Text;

namespace Bloomery.Cli.Output;

/// <summary>Where text lands on a screen of a given width, and where its cursor is.</summary>
internal sealed class ScreenLayout
{
    private readonly List<string> _lines = [];
    private readonly (int Row, int Column)[] _places; // of each UTF-16 index, and of the end
    private readonly string _text;
    private readonly int _cursor;

    /// <summary>Breaks <paramref name="prompt"/> and <paramref name="text"/> into rows; lines after the first are indented by the prompt's width.</summary>
    public ScreenLayout(string prompt, string text, int cursor, int width)
    {
        var line = new StringBuilder(prompt);
        int indent = Math.Min(prompt.Length, width - 2), column = indent, index = 0;
        bool inWord = false;
        _places = new (int, int)[text.Length + 1];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int cells = CharacterWidth.Of(rune);
            bool space = rune.Value is ' ' or '\n';
            bool full = column + cells > width - 1;
            // A word that would not fit goes to the next row whole, unless no row could hold it.
            if (!space && !inWord && column > indent && Word(text.AsSpan(index)) is var word
                && column + word > width - 1 && indent + word <= width - 1) Break();
            else if (!space && full) Break();
            inWord = !space;
            _places.AsSpan(index, rune.Utf16SequenceLength).Fill((_lines.Count, column));
            if (rune.Value == '\n') Break();
            else if (!space || !full)
            {
                line.Append(rune.ToString());
                column += cells;
            }
            index += rune.Utf16SequenceLength;
        }
        _places[^1] = (_lines.Count, column);
        _lines.Add(line.ToString());
        (_text, _cursor) = (text, Math.Clamp(cursor, 0, text.Length));

        void Break()
        {
            _lines.Add(line.ToString());
            line.Clear().Append(' ', indent);
            column = indent;
        }
    }

    /// <summary>The rows, with prompt and indents.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>What to print.</summary>
    public string Text => string.Join("\r\n", _lines);

    /// <summary>Rows taken.</summary>
    public int Rows => _lines.Count;

    /// <summary>The cursor's row, from 0.</summary>
    public int CursorRow => _places[_cursor].Row;

    /// <summary>The cursor's column, from 0.</summary>
    public int CursorColumn => _places[_cursor].Column;

    /// <summary>
    /// The index into the text that is at <paramref name="column"/> of a row, or the nearest before it; never within what is one character to
    /// the eye.
    /// </summary>
    public int IndexAt(int row, int column)
    {
        int[] candidates = [.. StringInfo.ParseCombiningCharacters(_text).Append(_text.Length).Where(index => _places[index].Row == row)];
        int before = Array.FindLastIndex(candidates, index => _places[index].Column <= column);
        return candidates[Math.Max(0, before)];
    }

    /// <summary>Columns of the word that <paramref name="text"/> begins with.</summary>
    private static int Word(ReadOnlySpan<char> text)
    {
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is ' ' or '\n') break;
            cells += CharacterWidth.Of(rune);
        }
        return cells;
    }
}
