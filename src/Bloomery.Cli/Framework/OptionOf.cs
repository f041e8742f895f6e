using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bloomery.Cli.Framework;

/// <summary>Makes options whose values are checked while the command line is parsed, so that a wrong one is a usage error.</summary>
internal static class OptionOf
{
    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A text or path.</summary>
    public static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };

    /// <summary>A text or path that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false, DefaultValueFactory = _ => [] };

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static Option<int?> Int(string name, string description, int least = 0, string value = "N", params string[] aliases)
    {
        var option = new Option<int?>(name, aliases) { Description = description, HelpName = value };
        option.Validators.Add(result =>
        {
            if (TryValue(result, option, out int? number) && number < least) result.AddError($"{name} must be at least {least}, not {number}");
        });
        return option;
    }

    /// <summary>A 64-bit seed.</summary>
    public static Option<ulong?> Seed(string name, string description) => new(name) { Description = description, HelpName = "N" };

    /// <summary>A number in a range.</summary>
    public static Option<float?> Float(string name, string description, float least = float.NegativeInfinity, float most = float.PositiveInfinity, string value = "X")
    {
        var option = new Option<float?>(name) { Description = description, HelpName = value };
        option.Validators.Add(result =>
        {
            if (!TryValue(result, option, out float? number)) return;
            if (!(number >= least && number <= most))
                result.AddError(float.IsInfinity(most) ? $"{name} must be at least {least}, not {number}" : $"{name} must be between {least} and {most}, not {number}");
        });
        return option;
    }

    /// <summary>One of a few words, listed in the help page as <c>a|b|c</c>.</summary>
    public static Option<string?> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', words) };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!words.Contains(token.Value)) result.AddError($"{name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{token.Value}'");
        });
        return option;
    }

    /// <summary>Reads the value where it converts; where it does not, the parser says so itself.</summary>
    private static bool TryValue<T>(OptionResult result, Option<T> option, out T? value)
    {
        value = default;
        if (result.Errors.Any()) return false;
        try
        {
            value = result.GetValue(option);
            return value is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
