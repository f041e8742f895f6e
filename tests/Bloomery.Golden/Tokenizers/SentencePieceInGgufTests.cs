using System.Text.Json;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Gguf;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Tokenizers;

/// <summary>SentencePiece models stored as converters store them in GGUF files tokenize as they did before.</summary>
public class SentencePieceInGgufTests
{
    [SkippableTheory]
    [InlineData("spm-bpe", "llama")]
    [InlineData("spm-unigram", "t5")]
    public void TokenizesAsTheModelDid(string folder, string kind)
    {
        string directory = Path.Combine(TestPaths.Golden, "tokenizers", folder);
        TestPaths.NeedsGolden($"tokenizers/{folder}");
        Tokenizer tokenizer = Convert(File.ReadAllBytes(Path.Combine(directory, "tokenizer.model")), kind, out string[] symbols);
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "cases.json")));
        int compared = 0;
        foreach (JsonElement c in cases.RootElement.EnumerateArray())
        {
            // GGUF readers cut the user's symbols out first, which puts a space behind them.
            string text = c.GetProperty("text").GetString()!;
            if (symbols.Any(text.Contains)) continue;
            compared++;
            int[] expected = c.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()).ToArray();
            Assert.True(expected.AsSpan().SequenceEqual(tokenizer.EncodeToIds(text)), $"{folder}: {JsonSerializer.Serialize(text)}");
            bool hasUnknown = expected.Any(tokenizer.IsSpecial);     // which is spelled otherwise
            if (!hasUnknown && c.TryGetProperty("decoded", out JsonElement decoded)) Assert.Equal(decoded.GetString(), tokenizer.Decode(expected));
        }

        Assert.True(compared > 150, $"only {compared} texts");
    }

    private static Tokenizer Convert(byte[] model, string kind, out string[] symbols)
    {
        var texts = new List<string>();
        var scores = new List<float>();
        var types = new List<int>();
        byte[] map = [];
        foreach ((int field, byte[] message) in Fields(model))
        {
            if (field == 3) map = Fields(message).FirstOrDefault(f => f.Field == 2).Value ?? [];
            if (field != 1) continue;
            ILookup<int, byte[]> piece = Fields(message).ToLookup(f => f.Field, f => f.Value);
            texts.Add(System.Text.Encoding.UTF8.GetString(piece[1].First()));
            scores.Add(piece[2].Any() ? BitConverter.ToSingle(piece[2].First()) : 0);
            types.Add(piece[3].Any() ? piece[3].First()[0] : 1);
        }

        symbols = texts.Where((_, id) => types[id] == 4).ToArray();
        GgufWriter writer = new GgufWriter()
            .Set("tokenizer.ggml.model", kind)
            .Set("tokenizer.ggml.tokens", texts.ToArray())
            .Set("tokenizer.ggml.scores", scores.ToArray())
            .Set("tokenizer.ggml.token_type", types.ToArray());
        if (map.Length > 0) writer.Set("tokenizer.ggml.precompiled_charsmap", map.Select(b => (sbyte)b).ToArray());
        var stream = new MemoryStream();
        writer.Write(stream);
        using GgufFile file = GgufFile.Open(stream.ToArray(), "converted.gguf");
        return GgufTokenizer.Create(file.Metadata);
    }

    // A protobuf message's fields; numbers as their low bytes.
    private static IEnumerable<(int Field, byte[] Value)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong key = Number(message, ref at);
            int length = (key & 7) switch
            {
                5 => 4,
                1 => 8,
                2 => (int)Number(message, ref at),
                _ => 0,
            };
            byte[] value = (key & 7) == 0 ? BitConverter.GetBytes(Number(message, ref at)) : message[at..(at + length)];
            at += length;
            yield return ((int)(key >> 3), value);
        }
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
