using System.Text;
using System.Text.Json;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Formats;

namespace Bloomery.Cli.Constraints;

/// <summary>One line of a file of cases: a constraint, and texts that should or should not fulfil it.</summary>
internal sealed record ConstraintCase(string Id, JsonElement Body, IReadOnlyList<(bool? Valid, string Text)> Tests)
{
    private const int DeepestJson = 1024;

    /// <summary>The cases of JSON lines, gzipped or not.</summary>
    /// <exception cref="CliException">A line is no case; the message says which.</exception>
    public static IEnumerable<ConstraintCase> Read(string path)
    {
        byte[] bytes = InputFile.Bytes(path);
        string text = InputText.ToText(bytes is [0x1F, 0x8B, ..] ? GzipFile.Inflate(bytes, InputFile.Name(path)) : bytes, InputFile.Name(path));
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            yield return Parse(line, $"{InputFile.Name(path)}: line {number}");
        }
    }

    private static ConstraintCase Parse(string line, string where)
    {
        try
        {
            if (!JsonFile.TryParse(Encoding.UTF8.GetBytes(line), where, DeepestJson, out JsonDocument? document, out string? problem))
                throw new CliException($"{where}: {problem}");
            JsonElement body = document.RootElement;
            if (body.ValueKind != JsonValueKind.Object) throw new CliException($"{where}: expected an object with schema, regex or grammar");
            string id = body.TryGetProperty("id", out JsonElement name) ? name.ToString() : "";
            var tests = new List<(bool?, string)>();
            if (body.TryGetProperty("tests", out JsonElement list))
            {
                foreach (JsonElement test in list.EnumerateArray())
                {
                    bool? valid = test.TryGetProperty("valid", out JsonElement v) ? v.GetBoolean() : null;
                    tests.Add((valid, test.TryGetProperty("text", out JsonElement t) ? t.GetString()! : SpacedJson.Write(test.GetProperty("data"))));
                }
            }
            return new ConstraintCase(id, body, tests);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException)
        {
            throw new CliException($"{where}: expected {{\"id\", \"schema\" or \"regex\", \"tests\": [{{\"valid\", \"data\" or \"text\"}}]}}");
        }
    }
}
