using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Engine.Inference;

namespace Bloomery.Cli.Input;

/// <summary>What <c>--ids-file</c> holds: rows of token ids, possibly of different lengths, and what may go with them.</summary>
/// <param name="Path">The file.</param>
/// <param name="InputIds">The rows.</param>
/// <param name="DecoderInputIds">What the decoder of an encoder-decoder begins with, one row each; or null.</param>
/// <param name="AttentionMask">1 for a token, 0 for padding, one row each; or null.</param>
/// <param name="TokenTypeIds">Segments, one row each; or null.</param>
internal sealed record IdsFile(string Path, int[][] InputIds, int[][]? DecoderInputIds, int[][]? AttentionMask, int[][]? TokenTypeIds)
{
    private string Name => InputFile.Name(Path);

    /// <summary>Reads the file and checks that everything fits together.</summary>
    /// <exception cref="CliException">It does not; the message names file, field and row.</exception>
    public static IdsFile Read(string path)
    {
        using JsonDocument document = InputFile.Json(path);
        JsonElement root = document.RootElement;
        string name = InputFile.Name(path);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("input_ids", out JsonElement ids))
            throw new CliException($"{name}: expected an object with \"input_ids\"");
        int[][] rows = InputFile.IdLists(ids, path, "input_ids");
        if (rows.Length == 0) throw new CliException($"{name}: input_ids has no rows");
        int[][]? mask = Beside(root, path, "attention_mask", rows, sameLengths: true);
        if (mask is not null && mask.Any(row => row.Any(value => value is not (0 or 1))))
            throw new CliException($"{name}: attention_mask holds something besides 0 and 1");
        int[][]? decoder = Beside(root, path, "decoder_input_ids", rows, sameLengths: false);
        CheckRows(name, "input_ids", rows);
        CheckRows(name, "decoder_input_ids", decoder);
        return new IdsFile(path, rows, decoder, mask, Beside(root, path, "token_type_ids", rows, sameLengths: true));
    }

    /// <summary>The tokens of row <paramref name="i"/> that the mask does not hide.</summary>
    public int[] Real(int i) => AttentionMask is null ? InputIds[i] : [.. InputIds[i].Where((_, t) => AttentionMask[i][t] != 0)];

    /// <summary>Makes sure that every row fits the model, before anything is computed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="softRows">Vectors before every row.</param>
    /// <exception cref="CliException">One does not; the message names file, field and row.</exception>
    public void Check(ModelFacts model, int softRows)
    {
        bool both = model.IsEncoderDecoder;
        if (!both && DecoderInputIds is not null) throw new CliException($"{Name}: decoder_input_ids is for encoder-decoders; {model.Family} is none");
        CheckVocabulary("input_ids", InputIds, model.VocabularySize);
        CheckVocabulary("decoder_input_ids", DecoderInputIds, model.VocabularySize);
        // The encoder of an encoder-decoder may take texts of any length (T5); one that does not says so itself.
        (string field, int[] lengths) = both ? ("decoder_input_ids", [.. (DecoderInputIds ?? []).Select(row => row.Length)])
            : ("input_ids", Enumerable.Range(0, InputIds.Length).Select(i => Real(i).Length).ToArray());
        for (int i = 0; i < lengths.Length; i++)
            if (lengths[i] + softRows > model.ContextLength)
                throw new CliException(
                    $"{Name}: {field}, row {i}: {lengths[i]} tokens{(softRows > 0 ? $" and {softRows} rows of soft prompt" : "")} do not fit the context "
                    + $"of {model.ContextLength}; --context N raises it where positions are computed");
    }

    private static void CheckRows(string name, string field, int[][]? rows)
    {
        for (int i = 0; i < rows?.Length; i++)
        {
            if (rows[i].Length == 0) throw new CliException($"{name}: {field}, row {i} is empty");
            if (rows[i].FirstOrDefault(id => id < 0) is < 0 and int bad) throw new CliException($"{name}: {field}, row {i}: {bad} is no token id");
        }
    }

    private void CheckVocabulary(string field, int[][]? rows, int vocabulary)
    {
        for (int i = 0; i < rows?.Length; i++)
            if (rows[i].FirstOrDefault(id => id >= vocabulary) is > 0 and int bad)
                throw new CliException($"{Name}: {field}, row {i}: token id {bad} is outside the vocabulary of {vocabulary}");
    }

    private static int[][]? Beside(JsonElement root, string path, string field, int[][] rows, bool sameLengths)
    {
        if (!root.TryGetProperty(field, out JsonElement element) || element.ValueKind == JsonValueKind.Null) return null;
        int[][] values = InputFile.IdLists(element, path, field);
        string name = InputFile.Name(path);
        if (values.Length != rows.Length) throw new CliException($"{name}: {field} has {values.Length} rows, input_ids has {rows.Length}");
        for (int i = 0; i < rows.Length && sameLengths; i++)
            if (values[i].Length != rows[i].Length)
                throw new CliException($"{name}: {field}, row {i} has {values[i].Length} entries, input_ids has {rows[i].Length}");
        return values;
    }
}
