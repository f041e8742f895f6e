using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Bloomery.Cli.Options;

namespace Bloomery.Cli.Framework;

/// <summary>Says in one line what is wrong with a command line.</summary>
internal static class UsageErrors
{
    /// <summary>The first error, or null.</summary>
    /// <param name="parsed">The command line with what the environment adds.</param>
    /// <param name="args">The command line alone.</param>
    /// <param name="fromEnvironment">The options whose values are the environment's.</param>
    public static string? First(ParseResult parsed, string[] args, IReadOnlySet<Option> fromEnvironment)
    {
        bool hasVerb = parsed.CommandResult.Command is not RootCommand;
        // The parser passes over a first word in brackets as a directive of its own.
        if (args is [{ } word, ..] && !word.StartsWith('-') && (!hasVerb || word != parsed.CommandResult.Command.Name)) return NoVerb(word);
        if (args is [['-', ..] first, ..] && OptionOfVerbs(first.Split('=')[0]) is { } misplaced)
            return $"options go behind the verb: bloomery VERB {misplaced}";
        if (UnknownOption(parsed) is { } unknown) return NoOption(parsed, unknown);
        if (hasVerb && Swallowed(parsed, args) is { } swallowed) return $"{swallowed.Name} needs a value: {swallowed.Name} {swallowed.HelpName}";
        // What was given and is wrong goes before what is missing.
        ParseError? error = parsed.Errors.FirstOrDefault(e => e.SymbolResult is OptionResult { Implicit: false })
            ?? parsed.Errors.FirstOrDefault(e => e.SymbolResult is OptionResult) ?? parsed.Errors.FirstOrDefault();
        return error switch
        {
            null => null,
            { SymbolResult: OptionResult option } when fromEnvironment.Contains(option.Option) =>
                $"{EnvironmentVariables.Name(option.Option)} is set, but {OfOption(option, error.Message)}",
            { SymbolResult: OptionResult option } => OfOption(option, error.Message),
            { SymbolResult: ArgumentResult { Tokens.Count: 0 } argument } => $"{argument.Argument.Name} is missing",
            { SymbolResult: ArgumentResult argument } => OfOption(argument.Parent as OptionResult, error.Message),
            _ => OfCommand(parsed, error.Message),
        };
    }

    /// <summary>
    /// The parser takes an unknown option for the value of an argument where there is one to fill; a prompt that begins with a dash goes behind <c>--</c>.
    /// </summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        // Tokens by identity: the value of an option, or what stands behind "--", may be spelled as an option is.
        IEnumerable<Token> ofOptions = parsed.CommandResult.Children.OfType<OptionResult>().SelectMany(option => option.Tokens);
        var values = new HashSet<Token>(ofOptions, ReferenceEqualityComparer.Instance);
        foreach (Token token in parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash))
        {
            if (token.Type != TokenType.Argument || token.Value is not ['-', _, ..] || values.Contains(token)) continue;
            if (NumberText.IsNumber(token.Value) || token.Value.Any(char.IsWhiteSpace)) continue;
            return token.Value.Split('=')[0];
        }
        return null;
    }

    /// <summary>How an option is written that some verb takes; null where none does.</summary>
    private static string? OptionOfVerbs(string name)
    {
        Option? option = App.Commands([], out _).Keys.SelectMany(command => command.Options)
            .FirstOrDefault(option => option is not HelpOption && (option.Name == name || option.Aliases.Contains(name)));
        return option is null ? null : option.Arity.MaximumNumberOfValues == 0 ? option.Name : $"{option.Name} {option.HelpName}";
    }

    /// <summary>Says that there is no such option, and which one may be meant.</summary>
    private static string NoOption(ParseResult parsed, string name)
    {
        IEnumerable<Option> options = parsed.CommandResult.Command.Options;
        string? near = name.StartsWith("--", StringComparison.Ordinal) ? Nearest(name, options.Select(option => option.Name)) : null;
        return $"unknown option '{name}'" + (near is null ? "" : $"; did you mean '{near}'?");
    }

    private static string OfOption(OptionResult? result, string message)
    {
        if (result is null) return FirstLine(message);
        Option option = result.Option;
        string name = option.Name;
        if (result.Implicit) return $"{name} {option.HelpName} is required";
        if (result.Tokens.Count == 0 && option.Arity.MinimumNumberOfValues > 0) return $"{name} needs a value: {name} {option.HelpName}";
        if (result.Tokens.Count > option.Arity.MaximumNumberOfValues) return $"{name} is given more than once";
        // Our own message names the option; the value in it may have several lines.
        return message.StartsWith(name, StringComparison.Ordinal) ? message : FirstLine(message);
    }

    private static string OfCommand(ParseResult parsed, string message)
    {
        if (parsed.Errors.Select(e => e.SymbolResult).OfType<CommandResult>().FirstOrDefault()?.Children.OfType<OptionResult>()
            .FirstOrDefault(o => o.Option.Required && o.Implicit) is { } missing)
            return $"{missing.Option.Name} {missing.Option.HelpName} is required";
        if (parsed.UnmatchedTokens.Count == 0) return FirstLine(message);
        string token = parsed.UnmatchedTokens[0];
        return parsed.CommandResult.Command is RootCommand ? NoVerb(token) : $"'{token}' is one argument too many";
    }

    /// <summary>An option that took the next option for its value: <c>--type --json</c>.</summary>
    private static Option? Swallowed(ParseResult parsed, string[] args)
    {
        Option[] options = [.. parsed.CommandResult.Command.Options];
        for (int i = 0; i + 1 < args.Length && args[i] != "--"; i++)
            if (args[i + 1].StartsWith("--", StringComparison.Ordinal) && options.Any(option => option.Name == args[i + 1])
                && options.FirstOrDefault(option => option.Arity.MaximumNumberOfValues > 0
                    && (option.Name == args[i] || option.Aliases.Contains(args[i]))) is { } before) return before;
        return null;
    }

    /// <summary>Says that there is no such verb, and which one may be meant.</summary>
    public static string NoVerb(string token) =>
        $"there is no verb '{token}'" + (Nearest(token.ToLowerInvariant(), App.Verbs.Names) is { } near ? $"; did you mean '{near}'?" : "");

    private static string? Nearest(string word, IEnumerable<string> names) =>
        names.Select(name => (name, distance: Distance(name, word)))
            .Where(pair => pair.distance <= 2).OrderBy(pair => pair.distance).Select(pair => pair.name).FirstOrDefault();

    private static string FirstLine(string message) => message.Split('\n')[0].Trim();

    /// <summary>The Levenshtein distance: insertions, deletions and replacements from one word to the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
