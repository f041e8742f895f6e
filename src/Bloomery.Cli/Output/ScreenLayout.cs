using System.Globalization;
using System.Text;

namespace Bloomery.Cli.Output;

/// <summary>Where text lands on a screen of a given width, and where its cursor is.</summary>
internal sealed class ScreenLayout
{
    /// <summary>Breaks <paramref name="prompt"/> and <paramref name="text"/> into rows; lines after the first are indented by the prompt's width.</summary>
    public ScreenLayout(string prompt, string text, int cursor, int width)
    {
        var screen = new StringBuilder(prompt);
        int indent = Math.Min(prompt.Length, width - 2), row = 0, column = indent, index = 0;
        bool inWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int cells = Cells(rune);
            bool space = rune.Value is ' ' or '\n';
            bool full = column + cells > width - 1;
            // A word that would not fit goes to the next row whole, unless no row could hold it.
            if (!space && !inWord && column > indent && Word(text.AsSpan(index)) is var word && column + word > width - 1 && indent + word <= width - 1) Break();
            else if (!space && full) Break();
            inWord = !space;
            if (index >= cursor && !Placed) Place();
            if (rune.Value == '\n') Break();
            else if (!space || !full)
            {
                screen.Append(rune.ToString());
                column += cells;
            }
            index += rune.Utf16SequenceLength;
        }
        if (!Placed) Place();
        (Rows, Text) = (row + 1, screen.ToString());

        void Break()
        {
            screen.Append("\r\n").Append(' ', indent);
            (row, column) = (row + 1, indent);
        }

        void Place() => (Placed, CursorRow, CursorColumn) = (true, row, column);
    }

    /// <summary>Columns of the word that <paramref name="text"/> begins with.</summary>
    private static int Word(ReadOnlySpan<char> text)
    {
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is ' ' or '\n') break;
            cells += Cells(rune);
        }
        return cells;
    }

    /// <summary>What to print.</summary>
    public string Text { get; }

    /// <summary>Rows taken.</summary>
    public int Rows { get; }

    /// <summary>The cursor's row, from 0.</summary>
    public int CursorRow { get; private set; }

    /// <summary>The cursor's column, from 0.</summary>
    public int CursorColumn { get; private set; }

    private bool Placed { get; set; }

    /// <summary>Columns that a character takes: none for combining marks, two for wide scripts and emoji (Unicode TR 11, coarsely).</summary>
    public static int Cells(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control) return 0;
        int value = rune.Value;
        bool wide = value is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD;
        return wide ? 2 : 1;
    }
}
