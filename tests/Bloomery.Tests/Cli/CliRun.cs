using System.Diagnostics;

namespace Bloomery.Tests.Cli;

/// <summary>Runs the built program as a child process, as a user would.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record CliRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The program beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "bloomery.dll");

    /// <summary>Standard error without its line end, asserted to be one line.</summary>
    public string ErrorLine
    {
        get
        {
            Assert.EndsWith("\n", Error, StringComparison.Ordinal);
            string line = Error.TrimEnd('\n', '\r');
            Assert.DoesNotContain('\n', line);
            return line;
        }
    }

    /// <summary>Runs to the end.</summary>
    public static CliRun Of(params string[] arguments) => With(null, null, arguments);

    /// <summary>Runs to the end with standard input and environment variables.</summary>
    public static CliRun With(string? input, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments);
        return Finish(process, input, arguments);
    }

    private static CliRun Finish(Process process, string? input, string[] arguments)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null) process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"bloomery {string.Join(' ', arguments)} ran longer than {Limit}");
        }
        return new CliRun(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Runs to the end with what a shell does to its standard streams: <c>&lt;&amp;-</c> closes the input.</summary>
    public static CliRun Redirected(string redirections, params string[] arguments) => Shell($"exec \"$@\" {redirections}", arguments);

    /// <summary>Runs a shell's script to the end; <c>"$@"</c> in it is the program with its arguments.</summary>
    public static CliRun Shell(string script, params string[] arguments)
    {
        using Process process = Start(null, "sh", ["-c", script, "sh", Host, Program, .. arguments]);
        return Finish(process, null, arguments);
    }

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Starts the program; the caller disposes.</summary>
    public static Process Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Start(environment, Host, [Program, .. arguments]);

    private static Process Start(IReadOnlyDictionary<string, string>? environment, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the developer has set must not change what tests see.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("BLOOMERY_", StringComparison.Ordinal) || name is "COLUMNS" or "NO_COLOR")
            .ToArray()) start.Environment.Remove(name);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Asserts the exit code and shows everything when it is another.</summary>
    public CliRun Expect(int code)
    {
        Assert.True(code == ExitCode, $"exit code {ExitCode}, expected {code}\nstdout: {Output}\nstderr: {Error}");
        return this;
    }
}
