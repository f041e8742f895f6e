using System.Text.Json;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Cli;

/// <summary>What is wrong with an input is said with the file, the place in it and the figure.</summary>
public sealed class InputFileTests : IDisposable
{
    private static readonly string Text = Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf");
    private readonly string _folder = Directory.CreateTempSubdirectory("bloomery-input-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"input_ids": [[1], [1, 49152]]}""", "standard input: input_ids, row 1: token id 49152 is outside the vocabulary of 49152")]
    [InlineData("""{"input_ids": [[1, 2]], "attention_mask": [[0, 0]]}""",
        "standard input: attention_mask, row 0 hides every token; a model needs at least one to go on from")]
    [InlineData("""{"input_ids": [[1]], "decoder_input_ids": [[1]]}""", "standard input: decoder_input_ids is for encoder-decoders; llama is none")]
    [InlineData("""{"input_ids": [[1]], "decoder_input_ids": [[]]}""", "standard input: decoder_input_ids, row 0 is empty")]
    [InlineData("""{"input_ids": [[1]], "decoder_input_ids": [[-5]]}""", "standard input: decoder_input_ids, row 0: -5 is no token id")]
    [InlineData("""{"input_ids": [[1, 2, 3], [1, 2, 3, 4, 5]]}""",
        "standard input: input_ids, row 1: 5 tokens do not fit the context of 4; --context N raises it where positions are computed")]
    [InlineData("""{"input_ids": [1]}""", "standard input: input_ids, row 0 is a number, expected a list of token ids")]
    [InlineData("""{"input_ids": [[1, NaN]]}""", "standard input: input_ids, row 0: NaN is no token id")]
    [InlineData("""{"input_ids": [[1, -Infinity]]}""", "standard input: input_ids, row 0: -Infinity is no token id")]
    [InlineData("""{"input_ids": [[]], "other": NaN, "input_ids": [[1, 70000]]}""", "standard input: input_ids, row 0: token id 70000 is outside")]
    [InlineData("""{"input_ids": [[1]], "x": "\udfff"}""", "standard input: a string holds half of a surrogate pair, which is no text (at byte 27)")]
    [InlineData("version https://git-lfs.github.com/spec/v1\nsize 3\n", "standard input: this is a pointer of Git LFS")]
    [InlineData("", "standard input: is empty, expected JSON")]
    [InlineData("\n", "standard input: is empty, expected JSON")]
    [InlineData("""{"input_ids": [[1]""", "standard input: not JSON: ")]
    public void Rows_of_ids(string content, string said)
    {
        string line = CliRun.With(content, null, "generate", Text, "--ids-file", "-", "--context", "4", "-n", "1").Expect(1).ErrorLine;
        Assert.StartsWith("bloomery: " + said, line, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePositionInLine", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_refuses_rows_beyond_the_context_before_it_computes()
    {
        string output = Path.Combine(_folder, "out.safetensors");
        string line = CliRun.With("""{"input_ids": [[1, 2, 3]]}""", null, "logits", Text, "--ids-file", "-", "--out", output, "--context", "2")
            .Expect(1).ErrorLine;
        Assert.Equal("bloomery: standard input: input_ids, row 0: 3 tokens do not fit the context of 2; --context N raises it where positions are computed",
            line);
        Assert.False(File.Exists(output));
        line = CliRun.With("""{"input_ids": [[1]]}""", null, "logits", Text, "--ids-file", "-", "--out", Path.Combine(_folder, "no", "x")).Expect(1).ErrorLine;
        Assert.StartsWith($"bloomery: {Path.Combine(_folder, "no", "x")}: there is no directory", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["a", 1]""", "standard input: item 1 is a number, expected a string")]
    [InlineData("""[["a", "b"]]""", "standard input: item 0 is a list, expected a string")]
    [InlineData("""{"a": 1}""", "standard input: expected a JSON list of strings, found an object")]
    [InlineData("""["a"] x""", "standard input: not JSON: 'x' is invalid after a single JSON value. Expected end of data (line 1, byte 7)")]
    [InlineData("""["a", NaN]""", "standard input: item 1 is a number, expected a string")]
    [InlineData("""[["a", "b"], -Infinity]""", "standard input: item 0 is a list, expected a string")]
    [InlineData("""["\ud800"]""", "standard input: item 0 holds half of a surrogate pair, which is no text")]
    public void Lists_of_texts(string content, string said) =>
        Assert.Equal("bloomery: " + said, CliRun.With(content, null, "embed", "--file", "-").Expect(1).ErrorLine);

    [Fact]
    public void A_byte_order_mark_and_carriage_returns_do_no_harm()
    {
        string file = Path.Combine(_folder, "texts.json");
        File.WriteAllBytes(file, [.. "\uFEFF"u8, .. "[\r\n\"a\"]\r\n"u8]);
        Assert.Equal("""{"ids":[[81]],"tokens":[["a"]],"offsets":[[[0,1]]]}""" + "\n", CliRun.Of("tokenize", Text, "--file", file).Expect(0).Output);
    }

    [Fact]
    public void A_conversation_without_a_terminal_is_one_document()
    {
        CliRun run = CliRun.With("Name a colour.\n/system Be brief.\nAnother one.\n", null, "chat", "--json", "-n", "3", "--temp", "0").Expect(0);
        Assert.Empty(run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal(["system", "user", "assistant", "user", "assistant"], document.RootElement.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("role").GetString()));
    }
}
