namespace Bloomery.Cli.Completion;

/// <summary>An option as shells complete it.</summary>
/// <param name="Name">Its long name.</param>
/// <param name="Aliases">Its short names.</param>
/// <param name="Description">What it does.</param>
/// <param name="TakesValue">Whether a value follows.</param>
/// <param name="Words">The only values it takes, or none: a file then.</param>
internal sealed record CompletionOption(string Name, IReadOnlyList<string> Aliases, string Description, bool TakesValue, IReadOnlyList<string> Words)
{
    /// <summary>All its names, the short ones first.</summary>
    public IEnumerable<string> Names => [.. Aliases, Name];
}
