using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Gguf;
using Bloomery.Formats.Tokenizers.Patterns;

namespace Bloomery.Tests.Tokenizers.Gguf;

/// <summary>BPE over characters with marks for spaces, as llama.cpp reads Gemma 4's vocabulary.</summary>
public sealed class MarkedBpeTests
{
    [Theory]
    [InlineData("gemma4", "anything", true)]
    [InlineData("gpt2", "gemma4", true)]
    [InlineData("gpt2", "granite-embed-multi-311m", true)]
    [InlineData("gpt2", "sarvam-moe", false)]
    public void Takes_lines_as_words(string model, string pre, bool takesNewlines)
    {
        Tokenizer tokenizer = GgufTokenizer.Create(Vocabulary(model, pre).Metadata());
        Assert.Equal("ab|▁ab|▁|▁", string.Join('|', tokenizer.Encode("ab ab  ", EncodeOptions.Default).Tokens));
        Assert.Equal(takesNewlines ? "a|\n\n|▁a" : "a|\n|\n|▁a", string.Join('|', tokenizer.Encode("a\n\n a", EncodeOptions.Default).Tokens));
        Assert.Equal("<0xC3>|<0xA9>|<user>", string.Join('|', tokenizer.Encode("é<user>", EncodeOptions.Default).Tokens));
        Assert.Equal([(0, 1), (1, 4), (4, 6)], tokenizer.Encode("é ab a", new() { Offsets = true }).Offsets[1..]);
        Assert.Equal("<s>", tokenizer.Encode("a", new() { AddSpecial = true }).Tokens[0]);
        const string Text = "ab é\n\n  b<user> 漢";
        Assert.Equal(Text, tokenizer.Decode(tokenizer.EncodeToIds(Text)));
    }

    [Theory]
    [InlineData("kimi-k2", "漢字ab", "漢字|ab")]
    [InlineData("kimi-k2", "ab漢", "ab|漢")]
    [InlineData("afmoe", "a1234567", "a|1|234|567")]
    [InlineData("tiny_aya", "1234567 8", "1|234|567| |8")]
    [InlineData("superbpe", "x1234567", "x|1|234|567")]
    [InlineData("chameleon", "ab  12,IMGIMGABZ", "ab|  |1|2|,|IMGIMGABZ")]
    public void Rare_kinds_cut_as_their_expressions_say(string pre, string text, string expected)
    {
        PreTokenizerKind kind = PreTokenizerKinds.Find(pre)!;
        var aligned = new AlignedText();
        aligned.Reset(text.AsMemory(), 0);
        var pieces = new PieceList();
        pieces.Reset(aligned);
        foreach (SplitPattern pattern in kind.Patterns) pieces.Split(pattern, SplitBehavior.Isolated);
        Assert.Equal(expected, string.Join('|', pieces.Ranges.Select(r => text[r.Begin..r.End])));
    }

    private static GgufWriter Vocabulary(string model, string pre)
    {
        string[] bytes = Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>").ToArray();
        string[] pieces = ["▁", "a", "b", "\n", "ab", "▁ab", "▁a", "\n\n"];
        return new GgufWriter()
            .Set("tokenizer.ggml.model", model)
            .Set("tokenizer.ggml.pre", pre)
            .Set<string[]>("tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>", .. bytes, .. pieces, "<user>"])
            .Set<int[]>("tokenizer.ggml.token_type", [2, 3, 3, .. bytes.Select(_ => 6), .. pieces.Select(_ => 1), 4])
            .Set<string[]>("tokenizer.ggml.merges", ["a b", "▁ ab", "▁ a"])
            .Set("tokenizer.ggml.bos_token_id", 1u)
            .Set("tokenizer.ggml.eos_token_id", 2u)
            .Set("tokenizer.ggml.add_bos_token", true);
    }
}
