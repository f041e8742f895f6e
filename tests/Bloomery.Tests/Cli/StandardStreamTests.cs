using Bloomery.Cli.Framework;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Cli;

/// <summary>Standard streams that are closed, or lead where nothing can be written: a sentence, and neither a hang nor a crash.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private static readonly string Model = Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf");
    private readonly string _folder = Directory.CreateTempSubdirectory("bloomery-streams-").FullName;

    // Every verb that reads standard input, as it is made to.
    private static readonly string[][] Reading =
    [
        ["run"], ["chat"], ["chat", "--json"], ["generate", Model, "--ids-file", "-"],
        ["logits", Model, "--ids-file", "-", "--out", "out.safetensors"], ["embed", "--file", "-"], ["embed", "--file", "/dev/stdin"],
        ["rerank", "--query", "q", "--file", "-"], ["perplexity", Model, "--file", "-"], ["tokenize", Model, "--file", "-"],
        ["detokenize", Model, "--file", "-"], ["render", Model, "--input", "-"], ["constrain", Model, "--file", "-"], ["constrain", Model, "--schema", "-"],
    ];

    public static TheoryData<string[]> Readers => [.. Reading];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void All_verbs_that_read_standard_input_are_tried()
    {
        IEnumerable<string> reading = App.Commands([], out _).Keys
            .Where(command => command.Options.Any(option => option.Description!.Contains("- is standard input", StringComparison.Ordinal)))
            .Select(command => command.Name);
        Assert.Superset(reading.ToHashSet(), Reading.Select(arguments => arguments[0]).ToHashSet());
    }

    [SkippableTheory]
    [MemberData(nameof(Readers))]
    public void A_closed_input_is_a_usage_error(string[] arguments)
    {
        NeedsShell();
        CliRun run = CliRun.Redirected("<&-", arguments).Expect(2);
        Assert.Empty(run.Output);
        string expected = $"so nothing can be read from it; give it a file or a pipe, as with < FILE (see 'bloomery {arguments[0]} --help')";
        Assert.Equal($"bloomery: standard input is closed, {expected}", run.ErrorLine);
    }

    [SkippableTheory]
    [InlineData("<&-")]
    [InlineData("2>&-")]
    [InlineData("<&- 2>&-")]
    [InlineData("2>/dev/full")]
    public void Streams_that_are_not_needed_may_be_missing(string redirections)
    {
        NeedsShell();
        string expected = CliRun.Of("run", "Name a colour.", "-n", "2", "--temp", "0").Expect(0).Output;
        Assert.NotEmpty(expected);
        Assert.Equal(expected, CliRun.Redirected(redirections, "run", "Name a colour.", "-n", "2", "--temp", "0").Expect(0).Output);
    }

    [SkippableTheory]
    [InlineData("run", "hi", "-n", "1")]
    [InlineData("run", "hi", "-n", "1", "--json")]
    [InlineData("system")]
    [InlineData("list", "formats")]
    [InlineData("list", "formats", "--json")]
    [InlineData("completion", "bash")]
    [InlineData("inspect")]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("--version")]
    public void An_output_that_takes_nothing_is_a_failure_in_words(params string[] arguments)
    {
        NeedsShell();
        Assert.Equal("bloomery: standard output is closed, so the result has nowhere to go; send it to a file, a pipe or /dev/null",
            CliRun.Redirected(">&-", arguments).Expect(1).ErrorLine);
        if (!File.Exists("/dev/full")) return;
        Assert.Equal("bloomery: standard output cannot be written: No space left on device; make room there, or send it elsewhere",
            CliRun.Redirected(">/dev/full", arguments).Expect(1).ErrorLine);
    }

    [SkippableFact]
    public void What_prints_nothing_needs_no_output()
    {
        NeedsShell();
        string file = Path.Combine(_folder, "norm.safetensors");
        CliRun.Redirected("<&- >&-", "dump", Model, "--tensor", "output_norm.weight", "--out", file).Expect(0);
        Assert.True(new FileInfo(file).Length > 4 * 576);
    }

    [SkippableTheory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("<&- >&- 2>&-")]
    public void Without_standard_error_the_exit_code_speaks(string redirections)
    {
        NeedsShell();
        CliRun.Redirected(redirections, "list", "nothing").Expect(2);
        CliRun.Redirected(redirections, "tokenize", "no-such-model", "--file", "x.json", "--verbose").Expect(1);
    }

    [SkippableFact]
    public void A_file_on_a_full_device_is_named()
    {
        NeedsShell();
        Skip.IfNot(File.Exists("/dev/full"), "needs /dev/full");
        Assert.Equal("bloomery: /dev/full: no space is left there to write it; make room, or name another place",
            CliRun.Of("dump", Model, "--tensor", "output_norm.weight", "--out", "/dev/full").Expect(1).ErrorLine);
        string nowhere = CliRun.Of("dump", Model, "--tensor", "output_norm.weight", "--out", "/proc/nowhere").Expect(1).ErrorLine;
        Assert.Equal("bloomery: /proc/nowhere: cannot be written: the system makes no files there; name another place", nowhere);
        CliRun logits = CliRun.With("""{"input_ids": [[1, 2]]}""", null, "logits", Model, "--ids-file", "-", "--out", "/dev/full");
        Assert.StartsWith("bloomery: /dev/full: no space is left there", logits.Expect(1).ErrorLine, StringComparison.Ordinal);
    }

    private static void NeedsShell() => Skip.If(OperatingSystem.IsWindows(), "needs a POSIX shell");
}
