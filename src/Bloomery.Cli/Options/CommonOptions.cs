using System.CommandLine;

namespace Bloomery.Cli.Options;

/// <summary>The options of every verb. One instance each: System.CommandLine lets several commands share an option.</summary>
internal static class CommonOptions
{
    /// <summary>One JSON document on standard output.</summary>
    public static Option<bool> Json { get; } = OptionOf.Flag("--json", "Print one JSON document on standard output");

    /// <summary>No progress, no logs.</summary>
    public static Option<bool> Quiet { get; } = OptionOf.Flag("--quiet", "No progress and no logs", "-q");

    /// <summary>Logs, and stack traces of failures.</summary>
    public static Option<bool> Verbose { get; } = OptionOf.Flag("--verbose", "Logs on standard error, and the stack trace of a failure", "-v");
}
