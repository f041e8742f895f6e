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
    public static Option<string?> Path(string name, string value, string description, params string[] aliases) =>
        NotEmpty(Text(name, value, description, aliases));

    /// <summary>A path or name that may be given several times, but not be empty.</summary>
    public static Option<string[]> Paths(string name, string value, string description, params string[] aliases) =>
        NotEmpty(Texts(name, value, description, aliases));

    /// <summary>A text that may be given several times and may be blank, but not empty.</summary>
    public static Option<string[]> TextsNotEmpty(string name, string value, string description, params string[] aliases) =>
        NotEmpty(Texts(name, value, description, aliases), orBlank: false);

    /// <summary>The same option, which has to be given, be it by its variable.</summary>
    public static Option<string?> Required(this Option<string?> option)
    {
        option.Required = true;
        return option;
    }

    /// <summary>A text or path that may be given several times.</summary>
    public static Option<string[]> Texts(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [] };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int?> Int(string name, string description, int least = 0, string value = "N", int most = int.MaxValue, params string[] aliases) =>
        Number(new Option<int?>(name, aliases) { Description = description, HelpName = value },
            text => NumberText.TryInt(text, out int number) ? number : null,
            text => WholeProblem(name, text, least, most));

    /// <summary>What is wrong with <paramref name="text"/> as a whole number from <paramref name="least"/> to <paramref name="most"/>, or null.</summary>
    public static string? WholeProblem(string name, string text, int least, int most)
    {
        if (!NumberText.IsWhole(text)) return $"{name} takes a whole number, written in digits alone, not '{text}'";
        if (NumberText.TryInt(text, out int number) && number >= least && number <= most) return null;
        if (most < int.MaxValue) return $"{name} must be between {least} and {most}, not {text}";
        bool tooLarge = text[0] != '-' && !NumberText.TryInt(text, out _);
        return tooLarge ? $"{name} must be at most {most}, not {text}" : $"{name} must be at least {least}, not {text}";
    }

    /// <summary>Threads.</summary>
    public static Option<int?> Threads(string purpose) =>
        Int("--threads", $"{purpose} (default here: {Processors.DefaultThreads})", least: 1, most: WorkerTeam.MaxThreads, aliases: "-t");

    /// <summary>A 64-bit seed.</summary>
    public static Option<ulong?> Seed(string name, string description) =>
        Number(new Option<ulong?>(name) { Description = description, HelpName = "N" },
            text => NumberText.TryUnsigned(text, out ulong seed) ? seed : null,
            text => !NumberText.IsWhole(text) ? $"{name} takes a whole number, written in digits alone, not '{text}'"
                : NumberText.TryUnsigned(text, out _) ? null : $"{name} must be between 0 and {ulong.MaxValue}, not {text}");

    /// <summary>A number in a range; with <paramref name="above"/>, the least itself is outside.</summary>
    public static Option<float?> Float(string name, string description, float least, float most = float.PositiveInfinity, bool above = false)
    {
        string lower = above ? $"greater than {Text(least)}" : $"at least {Text(least)}";
        string range = float.IsInfinity(most) ? lower : above ? $"{lower} and at most {Text(most)}" : $"between {Text(least)} and {Text(most)}";
        return Number(new Option<float?>(name) { Description = description, HelpName = "X" },
            text => NumberText.TryFloat(text, out float number) ? number : null, Problem);

        string? Problem(string text)
        {
            if (!NumberText.TryFloat(text, out float number)) return $"{name} takes a number with a decimal point, such as 0.7, not '{text}'";
            if (float.IsPositiveInfinity(number) && float.IsInfinity(most)) return $"{name} must be at most {Text(float.MaxValue)}, not {text}";
            return number <= most && (above ? number > least : number >= least) ? null : $"{name} must be {range}, not {text}";
        }

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
                if (!words.Contains(token.Value) && !allows(token.Value))
                    result.AddError($"{name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not '{token.Value}'");
        });
        return option;
    }

    /// <summary>Leaves nothing to the library's own conversion, which takes a decimal comma for a separator of thousands.</summary>
    private static Option<T?> Number<T>(Option<T?> option, Func<string, T?> read, Func<string, string?> problem) where T : struct
    {
        option.CustomParser = result => result.Tokens.Count > 0 ? read(result.Tokens[^1].Value) : null;
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (problem(token.Value) is { } said) result.AddError(said);
        });
        return option;
    }

    private static Option<T> NotEmpty<T>(Option<T> option, bool orBlank = true)
    {
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (token.Value.Length == 0 || (orBlank && string.IsNullOrWhiteSpace(token.Value)))
                    result.AddError($"{option.Name} is empty: {option.Name} {option.HelpName}");
        });
        return option;
    }
}
