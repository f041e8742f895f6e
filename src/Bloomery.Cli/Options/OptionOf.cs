using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Bloomery.Numerics.Platform;
using Bloomery.Numerics.Threading;

namespace Bloomery.Cli.Options;

/// <summary>Makes options whose values are checked while the command line is parsed, so that a wrong one is a usage error.</summary>
internal static class OptionOf
{
    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A text, which may be empty.</summary>
    public static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };

    /// <summary>A path or name, which may not be empty.</summary>
    public static Option<string?> Path(string name, string value, string description, params string[] aliases) => NotEmpty(Text(name, value, description, aliases));

    /// <summary>A path or name that may be given several times, but not be empty.</summary>
    public static Option<string[]> Paths(string name, string value, string description, params string[] aliases) => NotEmpty(Texts(name, value, description, aliases));

    /// <summary>The same option, which has to be given, be it by its variable.</summary>
    public static Option<string?> Required(this Option<string?> option)
    {
        option.Required = true;
        return option;
    }

    /// <summary>A text or path that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false, DefaultValueFactory = _ => [] };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int?> Int(string name, string description, int least = 0, string value = "N", int most = int.MaxValue, params string[] aliases)
    {
        var option = new Option<int?>(name, aliases) { Description = description, HelpName = value };
        option.Validators.Add(result =>
        {
            if (!TryValue(result, option, out int? number) || (number >= least && number <= most)) return;
            result.AddError(most == int.MaxValue ? $"{name} must be at least {least}, not {number}" : $"{name} must be between {least} and {most}, not {number}");
        });
        return option;
    }

    /// <summary>Threads.</summary>
    public static Option<int?> Threads(string purpose) =>
        Int("--threads", $"{purpose} (default here: {Processors.DefaultThreads})", least: 1, most: WorkerTeam.MaxThreads, aliases: "-t");

    /// <summary>A 64-bit seed.</summary>
    public static Option<ulong?> Seed(string name, string description) => new(name) { Description = description, HelpName = "N" };

    /// <summary>A number in a range; with <paramref name="above"/>, the least itself is outside.</summary>
    public static Option<float?> Float(string name, string description, float least, float most = float.PositiveInfinity, bool above = false)
    {
        var option = new Option<float?>(name) { Description = description, HelpName = "X" };
        string lower = above ? $"greater than {Text(least)}" : $"at least {Text(least)}";
        string range = float.IsInfinity(most) ? lower : above ? $"{lower} and at most {Text(most)}" : $"between {Text(least)} and {Text(most)}";
        option.Validators.Add(result =>
        {
            if (!TryValue(result, option, out float? given) || given is not { } number) return;
            bool inside = float.IsFinite(number) && number <= most && (above ? number > least : number >= least);
            if (!inside) result.AddError($"{name} must be {range}, not {Text(number)}");
        });
        return option;

        static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>One of a few words, listed in the help page as <c>a|b|c</c>.</summary>
    public static Option<string?> Choice(string name, string description, params string[] words) => Choice(name, description, words, _ => false);

    /// <summary>One of a few words, or another that <paramref name="allows"/> knows.</summary>
    public static Option<string?> Choice(string name, string description, string[] words, Func<string, bool> allows)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = string.Join('|', words) };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!words.Contains(token.Value) && !allows(token.Value)) result.AddError($"{name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{token.Value}'");
        });
        return option;
    }

    /// <summary>Reads the value where it converts; where it does not, the parser says so itself.</summary>
    private static Option<T> NotEmpty<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (string.IsNullOrWhiteSpace(token.Value)) result.AddError($"{option.Name} is empty: {option.Name} {option.HelpName}");
        });
        return option;
    }

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
