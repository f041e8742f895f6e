using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Hostile tokenizer.json files: a clear error that names the file and the place, nothing allocated on their word.</summary>
public sealed class BadTokenizerTests
{
    private const int Mutants = 10_000;
    private const long MaxAllocation = 64L << 20;

    [Theory]
    [InlineData("byte-level", "model.merges[1]", """["x", "nowhere"]""", "nowhere")]
    [InlineData("byte-level", "model.merges[1]", "\"a\"", "space")]
    [InlineData("byte-level", "model.merges[1]", "\"a b c\"", "space")]
    [InlineData("byte-level", "model.merges[1]", "[\"a\"]", "parts")]
    [InlineData("byte-level", "model.merges", "7", "array")]
    [InlineData("byte-level", "model.vocab.a", "2147483647", "out of range")]
    [InlineData("byte-level", "model.vocab.a", "-1", "whole number")]
    [InlineData("byte-level", "model.vocab.a", "1.5", "whole number")]
    [InlineData("byte-level", "model.vocab.a", "1e99", "whole number")]
    [InlineData("byte-level", "model.vocab.a", "0", "both")]
    [InlineData("byte-level", "model.type", "\"Magic\"", "Magic")]
    [InlineData("byte-level", "model.unk_token", "\"<none>\"", "<none>")]
    [InlineData("byte-level", "model.dropout", "0.1", "dropout")]
    [InlineData("byte-level", "added_tokens[1].id", "9999999", "out of range")]
    [InlineData("byte-level", "added_tokens[3].id", "5", "belongs to")]
    [InlineData("byte-level", "added_tokens[1].content", "null", "content")]
    [InlineData("byte-level", "pre_tokenizer.type", "\"Nowhere\"", "Nowhere")]
    [InlineData("byte-level", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated","invert":false}""", "group")]
    [InlineData("byte-level", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?:(?:a{999}b){999}){999}"},"behavior":"Isolated"}""", "large")]
    [InlineData("byte-level", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a"},"behavior":"Often"}""", "Often")]
    [InlineData("byte-level", "post_processor.special_tokens.<s>.ids", "[0, 1]", "length")]
    [InlineData("byte-level", "post_processor.single[0].SpecialToken.id", "\"<x>\"", "<x>")]
    [InlineData("byte-level", "decoder", "[]", "object")]
    [InlineData("unigram", "model.unk_id", "99", "out of range")]
    [InlineData("unigram", "model.vocab[2]", "[\"a\"]", "score")]
    [InlineData("unigram", "model.vocab[2]", "[\"a\", \"b\"]", "number")]
    [InlineData("unigram", "normalizer", """{"type":"Precompiled","precompiled_charsmap":"AAAA"}""", "table")]
    [InlineData("unigram", "normalizer", """{"type":"Precompiled","precompiled_charsmap":"?"}""", "base64")]
    [InlineData("unigram", "pre_tokenizer.prepend_scheme", "\"sometimes\"", "sometimes")]
    [InlineData("wordpiece", "model.unk_token", "\"[NONE]\"", "[NONE]")]
    [InlineData("wordpiece", "model.max_input_chars_per_word", "-5", "whole number")]
    public void Names_the_place(string kind, string path, string json, string mentions)
    {
        JsonObject root = SmallTokenizers.Json(kind);
        Set(root, path, JsonNode.Parse(json));
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => SmallTokenizers.Open(root));
        Assert.Equal("test.json", e.File);
        Assert.Contains(mentions, e.Message, StringComparison.Ordinal);
        Assert.Contains(path.Split('.', '[')[0], e.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"model\":{}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"\\ud800\":0},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[\"\\ud800 a\"]}}")]
    public void Refuses(string json) => Assert.Throws<ModelFormatException>(() => TokenizerJson.Load(System.Text.Encoding.UTF8.GetBytes(json), "test.json"));

    [Fact]
    public void Refuses_deep_nesting()
    {
        var json = new StringBuilder("{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]},\"normalizer\":");
        for (int i = 0; i < 50_000; i++) json.Append("{\"type\":\"Sequence\",\"normalizers\":[");
        Assert.Throws<ModelFormatException>(() => TokenizerJson.Load(System.Text.Encoding.UTF8.GetBytes(json.ToString()), "test.json"));
    }

    [Fact]
    public void A_missing_file_is_not_a_format_error() =>
        Assert.ThrowsAny<IOException>(() => TokenizerJson.Load(Path.Combine(Path.GetTempPath(), "no-such-tokenizer.json")));

    [Fact]
    public void Mutants_neither_crash_nor_allocate()
    {
        byte[][] seeds = [.. SmallTokenizers.Names.Select(n => JsonSerializer.SerializeToUtf8Bytes(SmallTokenizers.Json(n)))];
        var random = new Random(20240607);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = Mutate(seeds[i % seeds.Length], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                PipelineTokenizer tokenizer = TokenizerJson.Load(mutant, "mutant.json");
                int[] ids = tokenizer.EncodeToIds("Hello the<s> 日本 é a1", new EncodeOptions { ParseSpecial = true, AddSpecial = true });
                tokenizer.Decode(ids);
            }
            catch (ModelFormatException e)
            {
                Assert.Equal("mutant.json", e.File);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"mutant {i}: {e}\n{System.Text.Encoding.UTF8.GetString(mutant)}");
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= MaxAllocation + mutant.Length, $"mutant {i} allocated {allocated:N0} bytes");
        }
        Assert.InRange(refused, 1000, Mutants - 100);
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at - 1));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 3:
                    ReplaceNumber(bytes, at, random);
                    break;
                case 4:
                    SwapWords(bytes, at, random);
                    break;
                default:
                    bytes[at] = "{}[]\":,0-eE\\"u8[random.Next(12)];
                    break;
            }
        }
        return [.. bytes];
    }

    private static void ReplaceNumber(List<byte> bytes, int at, Random random)
    {
        int begin = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
        if (begin < 0) return;
        int end = begin;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9') end++;
        string[] numbers = ["0", "1", "-1", "255", "100000", "2147483647", "4294967296", "1e300", "0.5"];
        bytes.RemoveRange(begin, end - begin);
        bytes.InsertRange(begin, System.Text.Encoding.ASCII.GetBytes(numbers[random.Next(numbers.Length)]));
    }

    private static void SwapWords(List<byte> bytes, int at, Random random)
    {
        string[] words = ["true", "false", "null", "\"\"", "[]", "{}", "\"BPE\"", "\"Unigram\"", "\"WordPiece\"", "\"Sequence\"", "\"ByteLevel\"",
            "\"Metaspace\""];
        int begin = bytes.IndexOf((byte)':', at) + 1;
        int end = bytes.FindIndex(begin, b => b is (byte)',' or (byte)'}');
        if (begin <= 0 || end < 0) return;
        bytes.RemoveRange(begin, end - begin);
        bytes.InsertRange(begin, System.Text.Encoding.UTF8.GetBytes(words[random.Next(words.Length)]));
    }

    private static void Set(JsonNode root, string path, JsonNode? value)
    {
        string[] steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        JsonNode node = root;
        foreach (string step in steps[..^1]) node = step[0] == '[' ? node[int.Parse(step[1..^1], null)]! : node[step]!;
        if (steps[^1][0] == '[') node[int.Parse(steps[^1][1..^1], null)] = value;
        else node[steps[^1]] = value;
    }
}
