using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Formats;

namespace Bloomery.Cli.Input;

/// <summary>Reads the files that verbs are given; <c>-</c> is standard input.</summary>
internal static class InputFile
{
    private const int MaxDepth = 512;

    /// <summary>What messages call a file.</summary>
    public static string Name(string path) => path == "-" ? StandardInput.Name : path;

    /// <summary>The whole file.</summary>
    /// <exception cref="CliException">It cannot be read; the message names it.</exception>
    public static byte[] Bytes(string path)
    {
        try
        {
            return StandardInput.Is(path) ? StandardInput.ReadAll() : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{path}: no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException(Directory.Exists(path) ? $"{path}: is a directory, expected a file" : $"{path}: may not be read (no permission)");
        }
        catch (IOException e)
        {
            throw new CliException($"{Name(path)}: cannot be read: {e.Message}");
        }
    }

    /// <summary>The whole file as text, without a byte order mark.</summary>
    /// <exception cref="CliException">It cannot be read, or is no text.</exception>
    public static string Text(string path)
    {
        byte[] bytes = Bytes(path);
        if (ForeignContent.DescribePointer(path, bytes) is { } pointer) throw new CliException($"{Name(path)}: {pointer}");
        return InputText.ToText(bytes, Name(path));
    }

    /// <summary>The file as JSON.</summary>
    public static JsonDocument Json(string path)
    {
        ReadOnlyMemory<byte> bytes = Utf8(path);
        if (JsonFile.FindHalfPair(bytes.Span) is >= 0 and int at)
            throw new CliException($"{Name(path)}: a string holds half of a surrogate pair, which is no text (at byte {at})");
        return Parse(bytes, path);
    }

    /// <summary>A JSON list of strings.</summary>
    public static string[] Texts(string path)
    {
        using JsonDocument document = Parse(Utf8(path), path);
        return [.. Items(document, path).Select((item, i) => PythonJson.IsText(item)
            ? String(item, path, i)
            : throw new CliException($"{Name(path)}: item {i} is {Name(item)}, expected a string"))];
    }

    /// <summary>A JSON list whose items are strings or pairs of strings.</summary>
    public static (string First, string? Second)[] TextsOrPairs(string path)
    {
        using JsonDocument document = Parse(Utf8(path), path);
        return [.. Items(document, path).Select((item, i) => item.ValueKind switch
        {
            JsonValueKind.String when PythonJson.IsText(item) => (String(item, path, i), (string?)null),
            JsonValueKind.Array when item.GetArrayLength() == 2 && PythonJson.IsText(item[0]) && PythonJson.IsText(item[1]) =>
                (String(item[0], path, i), String(item[1], path, i)),
            _ => throw new CliException($"{Name(path)}: item {i} is {Name(item)}, expected a string or a pair of strings"),
        })];
    }

    /// <summary>A JSON list of lists of token ids.</summary>
    public static int[][] IdLists(string path)
    {
        using JsonDocument document = Json(path);
        return IdLists(document.RootElement, path, null);
    }

    /// <summary>A list of lists of whole numbers.</summary>
    /// <param name="element">The list.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="field">Where in the file; null: the file is the list.</param>
    internal static int[][] IdLists(JsonElement element, string path, string? field)
    {
        string where = Name(path) + (field is null ? ": " : $": {field}, ");
        if (element.ValueKind != JsonValueKind.Array)
            throw new CliException($"{where.TrimEnd(' ', ',', ':')}: expected a list of lists of token ids, found {Name(element)}");
        return [.. element.EnumerateArray().Select((row, i) => IdList(row, $"{where}row {i}"))];
    }

    private static int[] IdList(JsonElement row, string where)
    {
        if (row.ValueKind != JsonValueKind.Array) throw new CliException($"{where} is {Name(row)}, expected a list of token ids");
        int[] ids = new int[row.GetArrayLength()];
        int count = 0;
        foreach (JsonElement id in row.EnumerateArray())
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out ids[count++]))
                throw new CliException($"{where}: {PythonJson.Show(id.GetRawText())} is no token id");
        return ids;
    }

    private static ReadOnlyMemory<byte> Utf8(string path) => InputText.ToUtf8(Bytes(path), Name(path));

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes, string path) =>
        JsonFile.TryParse(bytes, path, MaxDepth, out JsonDocument? document, out string? problem)
        ? document
        : throw new CliException($"{Name(path)}: {problem}");

    private static JsonElement.ArrayEnumerator Items(JsonDocument document, string path) => document.RootElement.ValueKind == JsonValueKind.Array
        ? document.RootElement.EnumerateArray()
        : throw new CliException($"{Name(path)}: expected a JSON list of strings, found {Name(document.RootElement)}");

    private static string String(JsonElement element, string path, int index)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new CliException($"{Name(path)}: item {index} holds half of a surrogate pair, which is no text");
        }
    }

    private static string Name(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String when PythonJson.IsText(element) => "a string",
        JsonValueKind.Number or JsonValueKind.String => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
