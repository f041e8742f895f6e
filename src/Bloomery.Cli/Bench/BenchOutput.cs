using System.Globalization;
using System.Text;
using System.Text.Json;
using Bloomery.Cli.Output;
using Spectre.Console;

namespace Bloomery.Cli.Bench;

/// <summary>Prints measurements as Markdown, JSON or CSV.</summary>
internal static class BenchOutput
{
    private static readonly string[] Columns = ["model", "kernels", "threads", "kv", "test", "tokens/s"];

    /// <summary>A table that a README can hold.</summary>
    public static string Markdown(IReadOnlyList<BenchRow> rows)
    {
        string[][] cells = [Columns, .. rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Columns.Length).Select(column => cells.Max(line => line[column].Length))];
        var text = new StringBuilder();
        for (int line = 0; line < cells.Length; line++)
        {
            text.Append("| ").AppendJoin(" | ", cells[line]
                .Select((cell, column) => IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).Append(" |\n");
            if (line == 0)
                text.Append('|').AppendJoin('|', widths.Select((width, column) => new string('-', width + 1) + (IsNumber(column) ? ":" : "-"))).Append("|\n");
        }
        return text.ToString();
    }

    /// <summary>The same table fitted to a terminal that is too narrow for it.</summary>
    public static string Fitted(IReadOnlyList<BenchRow> rows, int width)
    {
        var table = new Table().SimpleBorder();
        for (int i = 0; i < Columns.Length; i++)
            table.AddColumn(new TableColumn(new Paragraph(Columns[i])) { Alignment = IsNumber(i) ? Justify.Right : Justify.Left }
                .Padding(0, 0, i < Columns.Length - 1 ? 1 : 0, 0));
        foreach (BenchRow row in rows) table.AddRow([.. Cells(row).Select(cell => new Paragraph(cell))]);
        return Screen.Render(table, width).Trim('\n') + "\n";
    }

    private static string[] Cells(BenchRow row) =>
        [row.Model, row.Kernels, Text(row.Threads), row.KvType, row.Test, $"{Text(row.Median)} ± {Text(row.Spread)}"];

    /// <summary>The list that programs read.</summary>
    public static void Json(Utf8JsonWriter json, IReadOnlyList<BenchRow> rows)
    {
        json.WriteStartArray();
        foreach (BenchRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("model", row.Model);
            json.WriteString("kernels", row.Kernels);
            json.WriteNumber("threads", row.Threads);
            json.WriteNumber("n_prompt", row.Prompt);
            json.WriteNumber("n_gen", row.Generated);
            json.WriteNumber("n_depth", row.Depth);
            json.WriteNumber("n_batch", row.Batch);
            json.WriteString("kv_type", row.KvType);
            json.WriteNumber("median_ts", Math.Round(row.Median, 3));
            json.WriteStartArray("samples_ts");
            foreach (double sample in row.Samples) json.WriteNumberValue(Math.Round(sample, 3));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The same fields, comma-separated; samples are separated by spaces.</summary>
    public static string Csv(IReadOnlyList<BenchRow> rows)
    {
        var text = new StringBuilder("model,kernels,threads,n_prompt,n_gen,n_depth,n_batch,kv_type,median_ts,samples_ts\n");
        foreach (BenchRow row in rows)
        {
            text.AppendJoin(',', Quote(row.Model), row.Kernels, Text(row.Threads), Text(row.Prompt), Text(row.Generated), Text(row.Depth), Text(row.Batch),
                Quote(row.KvType), Text(row.Median),
                string.Join(' ', row.Samples.Select(sample => Text(sample)))).Append('\n');
        }
        return text.ToString();
    }

    private static bool IsNumber(int column) => Columns[column] is "threads" or "tokens/s";

    private static string Quote(string text) => text.IndexOfAny([',', '"', '\n']) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
