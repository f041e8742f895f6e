using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Tests.Tokenizers.Gguf;

/// <summary>Small vocabularies in GGUF files.</summary>
internal static class Vocabularies
{
    /// <summary>Byte-level BPE: the 256 byte letters, some merges, two special tokens and one of the user's.</summary>
    public static GgufWriter ByteLevel(string pre = "gpt-2")
    {
        string[] letters = Enumerable.Range(0, 256).Select(b => ByteAlphabet.CharOf((byte)b).ToString()).ToArray();
        string[] merged = ["he", "ll", "hell", "hello", "Ġhello", "ab", "aa", "aaaa"];
        string[] symbols = ["<|im_start|>", "<|im_end|>", "<user>", "<user>er"];
        return new GgufWriter()
            .Set("tokenizer.ggml.model", "gpt2")
            .Set("tokenizer.ggml.pre", pre)
            .Set<string[]>("tokenizer.ggml.tokens", [.. letters, .. merged, .. symbols])
            .Set<int[]>("tokenizer.ggml.token_type", [.. letters.Concat(merged).Select(_ => 1), 3, 1, 4, 4])
            .Set<string[]>("tokenizer.ggml.merges", ["h e", "l l", "he ll", "hell o", "Ġ hello", "a b", "a a", "aa aa"])
            .Set("tokenizer.ggml.bos_token_id", 264u)
            .Set("tokenizer.ggml.eos_token_id", 265u);
    }

    /// <summary>SentencePiece BPE with byte pieces.</summary>
    public static GgufWriter Llama()
    {
        string[] bytes = Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>").ToArray();
        string[] pieces = ["▁", "a", "b", "▁a", "ab", "▁ab"];
        return new GgufWriter()
            .Set("tokenizer.ggml.model", "llama")
            .Set<string[]>("tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>", .. bytes, .. pieces, "<user>"])
            .Set<float[]>("tokenizer.ggml.scores", [0, 0, 0, .. bytes.Select(_ => 0f), -9, -9, -9, -2, -1, -3, 0])
            .Set<int[]>("tokenizer.ggml.token_type", [2, 3, 3, .. bytes.Select(_ => 6), .. pieces.Select(_ => 1), 4]);
    }

    /// <summary>SentencePiece Unigram.</summary>
    public static GgufWriter T5() => new GgufWriter()
        .Set("tokenizer.ggml.model", "t5")
        .Set<string[]>("tokenizer.ggml.tokens", ["<pad>", "</s>", "<unk>", "▁", "▁a", "b", "ab", "▁ab"])
        .Set<float[]>("tokenizer.ggml.scores", [0, 0, 0, -3, -2, -2, -5, -3])
        .Set<int[]>("tokenizer.ggml.token_type", [3, 3, 2, 1, 1, 1, 1, 1])
        .Set("tokenizer.ggml.eos_token_id", 1u)
        .Set("tokenizer.ggml.unknown_token_id", 2u)
        .Set("tokenizer.ggml.padding_token_id", 0u);

    /// <summary>WordPiece.</summary>
    public static GgufWriter Bert() => new GgufWriter()
        .Set("tokenizer.ggml.model", "bert")
        .Set<string[]>("tokenizer.ggml.tokens", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁un", "able", "▁able", "▁!", "▁ä", "▁a"])
        .Set<int[]>("tokenizer.ggml.token_type", [3, 3, 3, 3, 1, 1, 1, 1, 1, 1])
        .Set("tokenizer.ggml.unknown_token_id", 1u)
        .Set("tokenizer.ggml.cls_token_id", 2u)
        .Set("tokenizer.ggml.seperator_token_id", 3u);

    /// <summary>The keys of a file as a reader sees them.</summary>
    public static GgufMetadata Metadata(this GgufWriter writer)
    {
        var stream = new MemoryStream();
        writer.Write(stream);
        using GgufFile file = GgufFile.Open(stream.ToArray(), "vocabulary.gguf");
        return file.Metadata;
    }
}
