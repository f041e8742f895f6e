using System.Text;
using Bloomery.Cli.Framework;
using Spectre.Console;

namespace Bloomery.Cli.Output;

/// <summary>Rows of cells in columns: fitted to a terminal, or, for programs, each row on a line.</summary>
internal static class TextTable
{
    private const int Gap = 2;

    /// <summary>Writes the rows to standard output; the last column takes what room there is.</summary>
    /// <param name="call">Where to.</param>
    /// <param name="rows">Cells, as many in each row.</param>
    /// <param name="right">The columns whose cells are set to the right: figures.</param>
    public static void Write(Call call, IEnumerable<string[]> rows, params int[] right)
    {
        string[][] all = [.. rows];
        if (all.Length > 0) call.Write(Terminal.IsOutputTerminal ? Fitted(all, right) : Lines(all, right));
    }

    private static string Lines(string[][] rows, int[] right)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            var line = new StringBuilder();
            for (int i = 0; i < row.Length; i++)
                line.Append(' ', i == 0 ? 0 : Gap).Append(right.Contains(i) ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]));
            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
        return text.ToString();
    }

    private static string Fitted(string[][] rows, int[] right)
    {
        var grid = new Grid();
        for (int i = 0; i < rows[0].Length; i++)
        {
            bool last = i == rows[0].Length - 1;
            GridColumn column = new GridColumn().Padding(0, 0, last ? 0 : Gap, 0);
            if (!last) column.NoWrap();
            if (right.Contains(i)) column.RightAligned();
            grid.AddColumn(column);
        }
        var bold = new Style(decoration: Decoration.Bold);
        foreach (string[] row in rows) grid.AddRow([.. row.Select((cell, i) => new Paragraph(Terminal.Safe(cell), i == 0 ? bold : null))]);
        return Screen.Render(grid, Terminal.Width);
    }
}
