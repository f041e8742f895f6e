using System.Text.Json;

namespace Bloomery.Cli.Framework;

/// <summary>What <c>--ids-file</c> holds: rows of token ids, possibly of different lengths, and what may go with them.</summary>
/// <param name="InputIds">The rows.</param>
/// <param name="DecoderInputIds">What the decoder of an encoder-decoder begins with, one row each; or null.</param>
/// <param name="AttentionMask">1 for a token, 0 for padding, one row each; or null.</param>
/// <param name="TokenTypeIds">Segments, one row each; or null.</param>
internal sealed record IdsFile(int[][] InputIds, int[][]? DecoderInputIds, int[][]? AttentionMask, int[][]? TokenTypeIds)
{
    /// <summary>Reads the file and checks that everything fits together.</summary>
    /// <exception cref="CliException">It does not; the message names file, field and row.</exception>
    public static IdsFile Read(string path)
    {
        using JsonDocument document = InputFile.Json(path);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("input_ids", out JsonElement ids))
            throw new CliException($"{path}: expected an object with \"input_ids\"");
        int[][] rows = InputFile.IdLists(ids, path, "input_ids");
        if (rows.Length == 0) throw new CliException($"{path}: input_ids has no rows");
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length == 0) throw new CliException($"{path}: input_ids, row {i} is empty");
            if (rows[i].FirstOrDefault(id => id < 0) is < 0 and int bad) throw new CliException($"{path}: input_ids, row {i}: {bad} is no token id");
        }
        int[][]? mask = Beside(root, path, "attention_mask", rows, sameLengths: true);
        if (mask is not null && mask.Any(row => row.Any(value => value is not (0 or 1)))) throw new CliException($"{path}: attention_mask holds something besides 0 and 1");
        return new IdsFile(rows, Beside(root, path, "decoder_input_ids", rows, sameLengths: false), mask, Beside(root, path, "token_type_ids", rows, sameLengths: true));
    }

    /// <summary>The tokens of row <paramref name="i"/> that the mask does not hide.</summary>
    public int[] Real(int i) => AttentionMask is null ? InputIds[i] : [.. InputIds[i].Where((_, t) => AttentionMask[i][t] != 0)];

    private static int[][]? Beside(JsonElement root, string path, string field, int[][] rows, bool sameLengths)
    {
        if (!root.TryGetProperty(field, out JsonElement element) || element.ValueKind == JsonValueKind.Null) return null;
        int[][] values = InputFile.IdLists(element, path, field);
        if (values.Length != rows.Length) throw new CliException($"{path}: {field} has {values.Length} rows, input_ids has {rows.Length}");
        for (int i = 0; i < rows.Length && sameLengths; i++)
            if (values[i].Length != rows[i].Length) throw new CliException($"{path}: {field}, row {i} has {values[i].Length} entries, input_ids has {rows[i].Length}");
        return values;
    }
}
