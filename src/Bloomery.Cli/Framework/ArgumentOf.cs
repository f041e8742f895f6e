using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bloomery.Cli.Framework;

/// <summary>Makes positional arguments.</summary>
internal static class ArgumentOf
{
    /// <summary>An argument that has to be there.</summary>
    public static Argument<string> Required(string name, string description) => new(name) { Description = description };

    /// <summary>An argument that may be left out.</summary>
    public static Argument<string?> Optional(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    /// <summary>One of a few words.</summary>
    public static Argument<string> Choice(string name, string description, params string[] words)
    {
        var argument = new Argument<string>(name) { Description = $"{description}: {string.Join(", ", words)}" };
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!words.Contains(token.Value)) result.AddError($"'{token.Value}' is none of {string.Join(", ", words)}");
        });
        return argument;
    }
}
