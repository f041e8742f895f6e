using System.Text.Json;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Gguf;
using Bloomery.TestSupport;
using Xunit;

namespace Bloomery.Golden.Tokenizers;

/// <summary>Vocabularies stored in GGUF files: those of published models with llama.cpp's answers, and the two embedded models.</summary>
public class GgufVocabGoldenTests
{
    private static readonly EncodeOptions ParseSpecial = new() { ParseSpecial = true };
    private static readonly string Vocabularies = Path.Combine(TestPaths.SharedData, "vocabs");

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        if (!Directory.Exists(Vocabularies)) return ["absent"];
        foreach (string file in Directory.GetFiles(Vocabularies, "*.gguf").Order(StringComparer.Ordinal)) names.Add(Path.GetFileNameWithoutExtension(file));
        return names;
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void EncodesAsThePublished(string name)
    {
        Skip.If(!Directory.Exists(Vocabularies), "the published vocabularies are not here");
        Assert.True(Names().Count >= 9, "fewer than nine vocabularies");
        Tokenizer tokenizer = Load(Path.Combine(Vocabularies, name + ".gguf"));
        string[] texts = File.ReadAllText(Path.Combine(Vocabularies, "strings.inp")).Split("\n__ggml_vocab_test__\n")[..^1];
        string[] lines = File.ReadAllLines(Path.Combine(Vocabularies, name + ".out"));
        Assert.Equal((46, 46), (texts.Length, lines.Length));

        var failures = new List<string>();
        for (int i = 0; i < texts.Length; i++)
        {
            int[] expected = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();
            int[] found = tokenizer.EncodeToIds(texts[i], ParseSpecial);
            Compare(texts[i], expected, found, tokenizer, failures);
            Encoding encoding = tokenizer.Encode(texts[i], ParseSpecial with { Offsets = true });
            if (!encoding.Ids.AsSpan().SequenceEqual(found)) failures.Add($"{JsonSerializer.Serialize(texts[i])}: with offsets other ids");
            int length = texts[i].EnumerateRunes().Count();
            if (encoding.Offsets.Any(o => o.Begin < 0 || o.End < o.Begin || o.End > length))
                failures.Add($"{JsonSerializer.Serialize(texts[i])}: offsets outside");
            if (name != "bert-bge" && tokenizer.Decode(found) != texts[i])
                failures.Add($"{JsonSerializer.Serialize(texts[i])}: decodes to {JsonSerializer.Serialize(tokenizer.Decode(found))}");
        }

        Report(name, failures);
    }

    [SkippableFact]
    public void TheEmbeddedChatModel()
    {
        TestPaths.NeedsGolden("smollm2");
        Tokenizer tokenizer = Load(Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "smollm2", "smollm2.json")));
        var failures = new List<string>();
        int cases = 0;
        foreach (JsonElement c in golden.RootElement.GetProperty("tokenizer").EnumerateArray())
        {
            cases++;
            string text = c.GetProperty("text").GetString()!;
            Compare(text, Ints(c.GetProperty("ids")), tokenizer.EncodeToIds(text, ParseSpecial with { AddSpecial = true }), tokenizer, failures);
            string[] tokens = c.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()!).ToArray();
            string[] found = tokenizer.Encode(text, ParseSpecial).Tokens;
            if (!tokens.SequenceEqual(found)) failures.Add($"{text}: tokens {string.Join('|', found)}");
        }

        foreach (JsonElement prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            cases++;
            string text = prompt.GetProperty("text").GetString()!;
            Compare(text, Ints(prompt.GetProperty("ids")), tokenizer.EncodeToIds(text, ParseSpecial), tokenizer, failures);
        }

        Assert.True(cases > 10, $"only {cases} cases");
        Report("smollm2", failures);
    }

    [Fact]
    public void TheEmbeddedEmbeddingModel()
    {
        Tokenizer tokenizer = Load(Path.Combine(TestPaths.Repository, "models", "all-MiniLM-L6-v2.Q8_0.gguf"));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "minilm", "cases.json")));
        string[] texts = golden.RootElement.GetProperty("texts").EnumerateArray().Select(t => t.GetString()!).ToArray();
        int[][] expected = golden.RootElement.GetProperty("input_ids").EnumerateArray().Select(Ints).ToArray();
        Assert.True(texts.Length >= 15, $"only {texts.Length} texts");
        var failures = new List<string>();
        for (int i = 0; i < texts.Length; i++)
        {
            int[] ids = tokenizer.EncodeToIds(texts[i], new() { AddSpecial = true });
            if (ids.Length > 512) ids = [.. ids[..511], ids[^1]];
            Compare(texts[i], expected[i], ids, tokenizer, failures);
        }

        Report("minilm", failures);
    }

    private static Tokenizer Load(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        return GgufTokenizer.Create(file.Metadata);
    }

    private static int[] Ints(JsonElement array) => array.EnumerateArray().Select(e => e.GetInt32()).ToArray();

    private static void Compare(string text, int[] expected, int[] found, Tokenizer tokenizer, List<string> failures)
    {
        if (expected.AsSpan().SequenceEqual(found)) return;
        int at = expected.AsSpan().CommonPrefixLength(found);
        string shown = JsonSerializer.Serialize(text.Length > 100 ? text[..100] : text);
        failures.Add($"{shown}: {expected.Length} ids expected, {found.Length} found; from {at}: " +
                     $"{Spell(expected, at)} against {Spell(found, at)}");

        string Spell(int[] ids, int from) => string.Join(' ', ids.Skip(from).Take(6).Select(id => $"{id}({tokenizer.IdToToken(id)})"));
    }

    private static void Report(string name, List<string> failures) =>
        Assert.True(failures.Count == 0, $"{name}: {failures.Count} failures{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(12))}");
}
