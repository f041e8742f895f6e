using Bloomery.Tests.Tokenizers.Gguf;

namespace Bloomery.Tests.Cli;

/// <summary>What is wrong with a model's files and was passed over is said once, on standard error.</summary>
public sealed class WarningTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("warnings-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void AnOddSpecialTokenIsALineOnStandardError()
    {
        string model = Path.Combine(_directory, "odd.gguf");
        Vocabularies.ByteLevel().Set("tokenizer.ggml.padding_token_id", 32000u).Save(model);
        string warning = $"bloomery: warning: {model}: tokenizer.ggml.padding_token_id: 32000 is not among the 268 tokens, the model is read as if it had none";

        CliRun run = CliRun.With("[\"ab\"]", null, "tokenize", model, "--file", "-").Expect(0);
        Assert.Equal((warning, """{"ids":[[261]],"tokens":[["ab"]],"offsets":[[[0,2]]]}""" + "\n"), (run.ErrorLine, run.Output));
        Assert.Empty(CliRun.With("[\"ab\"]", null, "tokenize", model, "--file", "-", "--quiet").Expect(0).Error);
        Assert.Equal(warning, CliRun.With("[[261]]", null, "detokenize", model, "--file", "-").Expect(0).ErrorLine);
    }
}
