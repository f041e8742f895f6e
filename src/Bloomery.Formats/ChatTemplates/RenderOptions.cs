namespace Bloomery.Formats.ChatTemplates;

/// <summary>How a chat template is rendered.</summary>
public sealed record RenderOptions
{
    /// <summary>The time that <c>strftime_now</c> tells; null: the clock's local time.</summary>
    public DateTime? Now { get; init; }

    /// <summary>Only the variables given, without the conventions of chats (<c>tools</c> as none, reasoning aliases).</summary>
    public bool Plain { get; init; }

    /// <summary>
    /// Variables whose text may spell control tokens; null: those whose name ends in <c>_token</c>.
    /// The text of all other variables is request data and is reported in <see cref="RenderedPrompt.PlainRanges"/>.
    /// </summary>
    public IReadOnlySet<string>? TrustedVariables { get; init; }

    /// <summary>The most characters that the rendered text may have.</summary>
    public int MaxOutput { get; init; } = 16 << 20;

    /// <summary>The most steps that a render may take; a step is roughly one statement, call or loop iteration.</summary>
    public long MaxSteps { get; init; } = 3_000_000;

    internal bool Trusts(string variable) =>
        TrustedVariables?.Contains(variable) ?? variable.EndsWith("_token", StringComparison.Ordinal);
}
