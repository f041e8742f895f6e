using System.CommandLine;
using System.CommandLine.Help;

namespace Bloomery.Cli.Completion;

/// <summary>What a shell should offer behind a verb.</summary>
/// <param name="Name">The verb.</param>
/// <param name="Summary">Its one sentence.</param>
/// <param name="Options">Long names with descriptions and, where only some words will do, those.</param>
/// <param name="Words">What the first argument may be, where only some words will do.</param>
internal sealed record CompletionVerb(string Name, string Summary, IReadOnlyList<CompletionOption> Options, IReadOnlyList<string> Words)
{
    /// <summary>Reads a command.</summary>
    public static CompletionVerb Of(Command command)
    {
        CompletionOption[] options = [.. command.Options.Where(option => option is not HelpOption)
            .Select(option => new CompletionOption(option.Name, [.. option.Aliases], option.Description ?? "",
            option.Arity.MaximumNumberOfValues > 0, option.HelpName is { } words && words.Contains('|') ? words.Split('|') : []))];
        string[] wordsOfArgument = command.Arguments.FirstOrDefault()?.HelpName is { } choice && choice.Contains('|') ? choice.Split('|') : [];
        return new CompletionVerb(command.Name, command.Description ?? "", [.. options, new CompletionOption("--help", ["-h"], "Show help", false, [])],
            wordsOfArgument);
    }
}
