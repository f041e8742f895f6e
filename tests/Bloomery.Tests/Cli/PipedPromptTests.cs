using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Cli;

/// <summary>A prompt and a pipe: what comes through the pipe goes behind the prompt.</summary>
public sealed class PipedPromptTests
{
    private static readonly string[] Rest = ["-n", "1", "--temp", "0", "--json"];

    [Fact]
    public void What_is_piped_goes_behind_the_prompt()
    {
        int[] expected = PromptIds(null, "run", "Summarise:\n\nthe cat sat\non the mat");
        Assert.Equal(expected, PromptIds("the cat sat\non the mat\n", "run", "Summarise:"));
        Assert.Equal(expected, PromptIds("\uFEFFthe cat sat\non the mat", "run", "Summarise:"));
        Assert.Equal(expected, PromptIds("the cat sat\non the mat\r\n", "run", "--threads", "2", "--", "Summarise:"));
        Assert.Equal(expected, PromptIds("Summarise:\n\nthe cat sat\non the mat\n", "run"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void An_empty_pipe_changes_nothing(string piped) => Assert.Equal(PromptIds(null, "run", "Summarise:"), PromptIds(piped, "run", "Summarise:"));

    [Fact]
    public void Raw_text_is_joined_as_it_is()
    {
        int[] expected = PromptIds(null, "run", "Once upon a time there was a cat\n", "--raw");
        Assert.Equal(expected, PromptIds("there was a cat\n", "run", "Once upon a time ", "--raw"));
        Assert.Equal(expected, PromptIds("Once upon a time there was a cat\n", "run", "--raw"));
    }

    [SkippableFact]
    public void Files_and_devices_are_read_as_pipes_are()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs a POSIX shell");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "the cat sat\n");
            Assert.Equal(PromptIds("the cat sat", "run", "Summarise:"), PromptIds(CliRun.Redirected($"< '{file}'", ["run", "Summarise:", .. Rest])));
            Assert.Equal(PromptIds(null, "run", "Summarise:"), PromptIds(CliRun.Redirected("< /dev/null", ["run", "Summarise:", .. Rest])));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_pipe_that_stays_open_and_silent_is_not_waited_for()
    {
        using Process process = CliRun.Start(null, ["run", "Summarise:", .. Rest]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "it waits");
        process.StandardInput.Close();
        var run = new CliRun(process.ExitCode, await output, await error);
        Assert.Equal(PromptIds(null, "run", "Summarise:"), PromptIds(run));
        Assert.StartsWith("bloomery: warning: standard input stayed silent for 3 s and is not waited for", run.ErrorLine, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("run")]
    [InlineData("run", "Summarise:")]
    [InlineData("chat")]
    public void What_is_no_text_is_refused(params string[] arguments)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs a POSIX shell");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [0x63, 0x61, 0x66, 0xE9, 0x0A]);
            string line = CliRun.Redirected($"< '{file}'", arguments).Expect(1).ErrorLine;
            Assert.StartsWith("bloomery: standard input: holds byte 0xE9 at offset 3", line, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [SkippableFact]
    public void Arguments_and_variables_that_are_no_text_are_refused()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems do not show the bytes");
        const string Advice = "which is no UTF-8; set the terminal to UTF-8, or convert the text with iconv";
        Assert.Equal($"bloomery: argument 2 holds byte 0xE9 at offset 3, {Advice} (see 'bloomery --help')",
            CliRun.Shell("exec \"$@\" run \"$(printf 'caf\\351')\" -n 1").Expect(2).ErrorLine);
        Assert.Equal($"bloomery: BLOOMERY_SYSTEM holds byte 0xFC at offset 1, {Advice} (see 'bloomery run --help')",
            CliRun.Shell("export BLOOMERY_SYSTEM=\"$(printf 'f\\374r')\"; exec \"$@\" run hi -n 1").Expect(2).ErrorLine);
        Assert.Equal(PromptIds(null, "run", "\uFFFD is a character"),
            PromptIds(CliRun.Shell("exec \"$@\" run \"$(printf '\\357\\277\\275 is a character')\" -n 1 --temp 0 --json")));
    }

    [Fact]
    public void Perplexity_reads_what_a_byte_order_mark_says()
    {
        string model = Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"), file = Path.GetTempFileName();
        try
        {
            const string Text = "The grüße of 世界 are many.\n";
            File.WriteAllText(file, Text);
            string expected = CliRun.Of("perplexity", model, "--file", file).Expect(0).Output;
            foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode])
            {
                File.WriteAllText(file, Text, encoding);
                Assert.Equal(expected, CliRun.Of("perplexity", model, "--file", file).Expect(0).Output);
            }
            File.WriteAllBytes(file, Encoding.Latin1.GetBytes("The grüße are many."));
            string refused = CliRun.Of("perplexity", model, "--file", file).Expect(1).ErrorLine;
            Assert.StartsWith($"bloomery: {file}: holds byte 0xFC at offset 6 (line 1), which is no UTF-8", refused, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int[] PromptIds(string? piped, params string[] arguments) => PromptIds(CliRun.With(piped, null, [arguments[0], .. Rest, .. arguments[1..]]));

    private static int[] PromptIds(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Expect(0).Output);
        return [.. document.RootElement.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32())];
    }
}
