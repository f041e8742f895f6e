using System.CommandLine;
using System.CommandLine.Parsing;
using Bloomery.Cli.Framework;

namespace Bloomery.Cli.Options;

/// <summary>Every option has an environment variable: <c>--max-tokens</c> is <c>BLOOMERY_MAX_TOKENS</c>. The command line wins.</summary>
internal static class EnvironmentVariables
{
    /// <summary>The variable of an option.</summary>
    public static string Name(Option option) => "BLOOMERY_" + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>The arguments, with options taken from the environment where the command line does not give them.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="parsed">What it says.</param>
    /// <param name="taken">The options that come from the environment.</param>
    /// <exception cref="UsageException">A switch's variable says neither yes nor no.</exception>
    public static string[] Apply(string[] args, ParseResult parsed, out HashSet<Option> taken)
    {
        taken = [];
        int verb = Array.FindIndex(args, argument => argument == parsed.CommandResult.Command.Name);
        if (verb < 0) return args;
        var added = new List<string>();
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            if (parsed.GetResult(option) is { Implicit: false }) continue;
            string? value = Environment.GetEnvironmentVariable(Name(option));
            if (string.IsNullOrEmpty(value)) continue;
            if (RawBytes.VariableProblem(Name(option), value) is { } problem) throw new UsageException(problem);
            taken.Add(option);
            if (option.ValueType != typeof(bool)) added.Add($"{option.Name}={value}");
            else if (Truth(option, value)) added.Add(option.Name);
        }
        return added.Count == 0 ? args : [.. args[..(verb + 1)], .. added, .. args[(verb + 1)..]];
    }

    private static bool Truth(Option option, string value) => value.ToUpperInvariant() switch
    {
        "1" or "TRUE" or "YES" or "ON" => true,
        "0" or "FALSE" or "NO" or "OFF" => false,
        _ => throw new UsageException($"{Name(option)} takes 1 or 0, not '{value}'"),
    };
}
