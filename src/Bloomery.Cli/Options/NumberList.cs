using System.CommandLine;

namespace Bloomery.Cli.Options;

/// <summary>Options that take comma lists of whole numbers, as llama-bench does.</summary>
internal static class NumberList
{
    /// <summary>Makes such an option, for numbers from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<string?> Option(string name, string description, int least = 0, int most = int.MaxValue, params string[] aliases)
    {
        Option<string?> option = OptionOf.Text(name, "N,..", description, aliases);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (Problem(name, token.Value, least, most) is { } problem) result.AddError(problem);
        });
        return option;
    }

    /// <summary>Makes an option that takes two whole numbers above 0 and may be repeated.</summary>
    public static Option<string[]> Pairs(string name, string value, string description, params string[] aliases)
    {
        Option<string[]> option = OptionOf.Texts(name, value, description, aliases);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!TryPair(token.Value, out _)) result.AddError($"{name} takes two whole numbers above 0, as in {name} 512,128, not '{token.Value}'");
        });
        return option;
    }

    /// <summary>Reads a list that the option accepted.</summary>
    public static int[] Read(string? text, params int[] fallback) => text is null ? fallback : [.. text.Split(',').Select(Int)];

    /// <summary>Reads a pair that the option accepted.</summary>
    public static (int First, int Second) ReadPair(string text) =>
        TryPair(text, out var pair) ? pair : throw new ArgumentException($"'{text}' is no pair", nameof(text));

    private static string? Problem(string name, string text, int least, int most)
    {
        string[] parts = text.Split(',');
        if (!parts.All(part => NumberText.IsWhole(part))) return $"{name} takes whole numbers with commas between, not '{text}'";
        return parts.Select(part => OptionOf.WholeProblem(name, part, least, most)).FirstOrDefault(problem => problem is not null);
    }

    private static bool TryPair(string text, out (int First, int Second) pair)
    {
        pair = default;
        return text.Split(',') is [var first, var second]
            && NumberText.TryInt(first, out pair.First) && NumberText.TryInt(second, out pair.Second) && pair is { First: > 0, Second: > 0 };
    }

    private static int Int(string text) =>
        NumberText.TryInt(text, out int value) ? value : throw new ArgumentException($"'{text}' is no whole number", nameof(text));
}
