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
        CompletionOption[] options = [.. command.Options.Where(option => option is not HelpOption).Select(option => new CompletionOption(option.Name, option.Description ?? "",
            option.Arity.MaximumNumberOfValues > 0, option.HelpName is { } words && words.Contains('|') ? words.Split('|') : []))];
        // A choice lists its words behind the colon of its description.
        string description = command.Arguments.FirstOrDefault()?.Description ?? "";
        int colon = description.LastIndexOf(": ", StringComparison.Ordinal);
        string[] wordsOfArgument = colon >= 0 && command.Arguments[0].Validators.Count > 0 ? description[(colon + 2)..].Split(", ") : [];
        return new CompletionVerb(command.Name, command.Description ?? "", [.. options, new CompletionOption("--help", "Show help", false, [])], wordsOfArgument);
    }
}
