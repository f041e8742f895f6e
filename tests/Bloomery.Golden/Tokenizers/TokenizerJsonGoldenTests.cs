using System.Collections.Concurrent;
using System.Text.Json;
using Bloomery.Formats.Tokenizers;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Tokenizers;

/// <summary>Every folder of golden/tokenizers with a tokenizer.json: ids, tokens, offsets, pairs, decoded text and streams are the reference's.</summary>
public sealed class TokenizerJsonGoldenTests
{
    private static readonly ConcurrentDictionary<string, Lazy<Tokenizer>> Opened = new();
    private static readonly EncodeOptions Plain = new() { ParseSpecial = true, Offsets = true };
    private static readonly EncodeOptions WithSpecial = Plain with { AddSpecial = true };

    public static TheoryData<string> Folders()
    {
        var folders = new TheoryData<string>();
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(TestPaths.Golden, "tokenizers")).Order())
            if (FileOf(folder) is not null) folders.Add(Path.GetFileName(folder));
        return folders;
    }

    [Fact]
    public void There_are_folders() => Assert.True(Folders().Count >= (TestPaths.IsComplete ? 20 : 2));

    [Theory, MemberData(nameof(Folders))]
    public void Cases(string folder)
    {
        Tokenizer tokenizer = Open(folder);
        var check = new GoldenCheck(folder);
        foreach (JsonElement c in Read(folder, "cases.json"))
        {
            check.Begin(c.GetRawText());
            string text = c.GetProperty("text").GetString()!;
            Encoding plain = tokenizer.Encode(text, Plain);
            Encoding special = tokenizer.Encode(text, WithSpecial);
            check.Ints("ids_no_special", c, plain.Ids);
            check.Ints("ids_with_special", c, special.Ids);
            check.Strings("tokens", c, plain.Tokens);
            check.Offsets("offsets", c, plain.Offsets);
            check.Offsets("offsets_with_special", c, special.Offsets);
            check.That("fast path", plain.Ids.AsSpan().SequenceEqual(tokenizer.EncodeToIds(text, Plain)));
            check.That("fast path with special", special.Ids.AsSpan().SequenceEqual(tokenizer.EncodeToIds(text, WithSpecial)));
            CheckDecoding(check, c, tokenizer, special.Ids, c.GetProperty("tag").GetString() != "fuzz");
        }
        check.Finish();
    }

    [Theory, MemberData(nameof(Folders))]
    public void Pairs(string folder)
    {
        Tokenizer tokenizer = Open(folder);
        var check = new GoldenCheck(folder);
        foreach (JsonElement c in Read(folder, "pairs.json"))
        {
            check.Begin(c.GetRawText());
            string a = c.GetProperty("text_a").GetString()!, b = c.GetProperty("text_b").GetString()!;
            Encoding special = tokenizer.EncodePair(a, b, WithSpecial);
            Encoding plain = tokenizer.EncodePair(a, b, Plain);
            check.Ints("ids", c, special.Ids);
            check.Ints("type_ids", c, special.TypeIds);
            check.Offsets("offsets", c, special.Offsets);
            check.Ints("ids_no_special", c, plain.Ids);
            check.Ints("type_ids_no_special", c, plain.TypeIds);
        }
        check.Finish();
    }

    [Theory, MemberData(nameof(Folders))]
    public void Decoding(string folder)
    {
        Tokenizer tokenizer = Open(folder);
        var check = new GoldenCheck(folder);
        foreach (JsonElement c in Read(folder, "decode.json"))
        {
            check.Begin(c.GetRawText());
            int[] ids = [.. c.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
            CheckDecoding(check, c, tokenizer, ids, skipIsSame: true);
        }
        check.Finish();
    }

    private static void CheckDecoding(GoldenCheck check, JsonElement c, Tokenizer tokenizer, int[] ids, bool skipIsSame)
    {
        foreach (bool skip in (bool[])[false, true])
        {
            string suffix = skip ? "_skip" : "";
            string decoded = tokenizer.Decode(ids, skip);
            if (!skip || c.TryGetProperty("decoded_skip", out _)) check.Text("decoded" + suffix, c, decoded);
            else if (skipIsSame) check.Text("decoded", c, decoded);
            string[] pieces = tokenizer.DecodePieces(ids, skip);
            check.That("pieces join to the decoded text" + suffix, string.Concat(pieces) == decoded);
            StreamingDecoder stream = tokenizer.CreateStreamingDecoder(skip);
            string streamed = string.Concat(ids.Select(stream.Push)) + stream.Finish();
            check.That("the stream joins to the decoded text" + suffix, streamed == decoded);

            string name = "streaming" + suffix;
            if (skip && skipIsSame && !c.TryGetProperty(name, out _)) name = "streaming";
            bool lossy = c.TryGetProperty(name + "_lossy", out JsonElement flag) && flag.GetBoolean();
            if (!lossy && c.TryGetProperty(name, out JsonElement expected) && expected.GetArrayLength() == ids.Length)
                check.That(name, expected.EnumerateArray().Select(e => e.GetString() ?? "").SequenceEqual(pieces), string.Join('|', pieces));
        }
    }

    private static string? FileOf(string folder) =>
        new[] { "tokenizer.json", "tokenizer.json.gz" }.Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);

    private static Tokenizer Open(string folder) =>
        Opened.GetOrAdd(folder, f => new Lazy<Tokenizer>(() => TokenizerJson.Load(FileOf(Path.Combine(TestPaths.Golden, "tokenizers", f))!))).Value;

    private static List<JsonElement> Read(string folder, string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestPaths.Golden, "tokenizers", folder, file)));
        List<JsonElement> cases = [.. document.RootElement.Clone().EnumerateArray()];
        Assert.NotEmpty(cases);
        return cases;
    }
}
