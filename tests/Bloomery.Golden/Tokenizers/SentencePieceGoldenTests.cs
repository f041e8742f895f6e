using System.Text.Json;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;
using Bloomery.TestSupport;
using Xunit;

namespace Bloomery.Golden.Tokenizers;

/// <summary>Raw <c>.model</c> files against the answers of the reference library.</summary>
public class SentencePieceGoldenTests
{
    private static readonly EncodeOptions WithOffsets = new() { Offsets = true };
    private static readonly EncodeOptions WithSpecial = new() { AddSpecial = true };

    public static TheoryData<string> Folders()
    {
        var folders = new TheoryData<string>();
        foreach (string folder in Directory.GetDirectories(Path.Combine(TestPaths.Golden, "tokenizers"), "spm-*").Order(StringComparer.Ordinal))
        {
            folders.Add(Path.GetFileName(folder));
        }

        return folders;
    }

    [Fact]
    public void ThereAreModelsOfEachKind() => Assert.True(Folders().Count >= (TestPaths.IsComplete ? 4 : 1), "too few spm-* folders in the golden data");

    [Theory]
    [MemberData(nameof(Folders))]
    public void EncodesAsTheReference(string folder)
    {
        SentencePieceTokenizer tokenizer = Load(folder);
        var failures = new List<string>();
        int cases = 0;
        foreach (JsonElement c in Cases(folder, "cases.json"))
        {
            cases++;
            string text = c.GetProperty("text").GetString()!;
            Encoding encoding = tokenizer.Encode(text, WithOffsets);
            Check("ids", c, encoding.Ids, Ints, failures);
            Check("pieces", c, encoding.Tokens, e => e.EnumerateArray().Select(x => x.GetString()!), failures);
            Check("offsets", c, encoding.Offsets, e => e.EnumerateArray().Select(x => (x[0].GetInt32(), x[1].GetInt32())), failures);
            Check("ids_bos_eos", c, tokenizer.EncodeToIds(text, WithSpecial), Ints, failures);
            Check("ids", c, tokenizer.EncodeToIds(text), Ints, failures);
            Check("normalized", c, tokenizer.Normalize(text), e => e.GetString()!, failures);
            Check("decoded", c, tokenizer.Decode(encoding.Ids), e => e.GetString()!, failures);
            Check("decoded", c, string.Concat(tokenizer.DecodePieces(encoding.Ids)), e => e.GetString()!, failures);
        }

        Assert.True(cases >= 200, $"{folder}: only {cases} cases");
        Assert.True(failures.Count == 0, Report(folder, failures));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void DecodesAsTheReference(string folder)
    {
        SentencePieceTokenizer tokenizer = Load(folder);
        var failures = new List<string>();
        int cases = 0;
        foreach (JsonElement c in Cases(folder, "decode.json"))
        {
            cases++;
            int[] ids = Ints(c.GetProperty("ids")).ToArray();
            Check("decoded", c, tokenizer.Decode(ids), e => e.GetString()!, failures);
            Check("decoded", c, string.Concat(tokenizer.DecodePieces(ids)), e => e.GetString()!, failures);
        }

        Assert.True(cases >= 50, $"{folder}: only {cases} cases");
        Assert.True(failures.Count == 0, Report(folder, failures));
    }

    private static SentencePieceTokenizer Load(string folder) =>
        SentencePieceTokenizer.Load(Path.Combine(TestPaths.Golden, "tokenizers", folder, "tokenizer.model"));

    private static IEnumerable<JsonElement> Cases(string folder, string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "tokenizers", folder, file)));
        return document.RootElement.Clone().EnumerateArray();
    }

    private static IEnumerable<int> Ints(JsonElement array) => array.EnumerateArray().Select(e => e.GetInt32());

    private static void Check(string field, JsonElement c, string actual, Func<JsonElement, string> read, List<string> failures)
    {
        if (!c.TryGetProperty(field, out JsonElement expected) || read(expected) == actual) return;
        failures.Add($"{field} of {Describe(c)}: expected {JsonSerializer.Serialize(read(expected))}, got {JsonSerializer.Serialize(actual)}");
    }

    private static void Check<T>(string field, JsonElement c, T[] actual, Func<JsonElement, IEnumerable<T>> read, List<string> failures)
    {
        if (!c.TryGetProperty(field, out JsonElement expected)) return;
        T[] wanted = read(expected).ToArray();
        if (wanted.AsSpan().SequenceEqual(actual)) return;
        int at = 0;
        while (at < wanted.Length && at < actual.Length && EqualityComparer<T>.Default.Equals(wanted[at], actual[at])) at++;
        failures.Add($"{field} of {Describe(c)}: {wanted.Length} expected, {actual.Length} found; from {at}: " +
                     $"[{string.Join(' ', wanted.Skip(at).Take(8))}] against [{string.Join(' ', actual.Skip(at).Take(8))}]");
    }

    private static string Describe(JsonElement c)
    {
        string text = (c.TryGetProperty("text", out JsonElement t) ? t : c.GetProperty("ids")).GetRawText();
        return text.Length > 120 ? text[..120] + ".." : text;
    }

    private static string Report(string folder, List<string> failures) =>
        $"{folder}: {failures.Count} failures{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(10))}";
}
