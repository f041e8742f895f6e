using System.Diagnostics;

namespace Bloomery.Tests.Cli;

public class PipeTests
{
    [SkippableFact]
    public void A_closed_pipe_ends_quietly()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no head");
        using Process process = CliRun.Start(null, "completion", "bash");
        // Closing before the program writes is what `| head -0` does.
        process.StandardOutput.Close();
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "it went on");
        Assert.Equal("", process.StandardError.ReadToEnd());
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Nothing_but_results_is_written_when_nobody_watches()
    {
        CliRun run = CliRun.Of("system", "--json").Expect(0);
        Assert.Empty(run.Error);
        Assert.StartsWith("{", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("}\n", run.Output, StringComparison.Ordinal);
    }
}
