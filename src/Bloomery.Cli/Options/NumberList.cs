using System.CommandLine;
using System.Globalization;

namespace Bloomery.Cli.Options;

/// <summary>Options that take comma lists of whole numbers, as llama-bench does.</summary>
internal static class NumberList
{
    /// <summary>Makes such an option.</summary>
    public static Option<string?> Option(string name, string description, params string[] aliases)
    {
        Option<string?> option = OptionOf.Text(name, "N,..", description, aliases);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (!token.Value.Split(',').All(IsNumber)) result.AddError($"{name} takes whole numbers with commas between, not '{token.Value}'");
        });
        return option;
    }

    /// <summary>Reads a list that the option accepted.</summary>
    public static int[] Read(string? text, params int[] fallback) => text is null ? fallback : [.. text.Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture))];

    private static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
