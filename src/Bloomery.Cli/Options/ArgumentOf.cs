using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bloomery.Cli.Options;

/// <summary>Makes positional arguments.</summary>
internal static class ArgumentOf
{
    /// <summary>A path or name that has to be there.</summary>
    public static Argument<string> Required(string name, string description) => NotEmpty(new Argument<string>(name) { Description = description });

    /// <summary>A path or name that may be left out, but not be empty.</summary>
    public static Argument<string?> Optional(string name, string description) => NotEmpty(OptionalText(name, description));

    /// <summary>A text that may be left out, or be empty.</summary>
    public static Argument<string?> OptionalText(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    /// <summary>One of a few words.</summary>
    public static Argument<string> Choice(string name, string description, params string[] words)
    {
        var argument = new Argument<string>(name) { Description = $"{description}: {string.Join(", ", words)}", HelpName = string.Join('|', words) };
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!words.Contains(token.Value)) result.AddError($"'{token.Value}' is none of {string.Join(", ", words)}");
        });
        return argument;
    }

    private static Argument<T> NotEmpty<T>(Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (string.IsNullOrWhiteSpace(token.Value)) result.AddError($"{argument.Name} is empty");
        });
        return argument;
    }
}
