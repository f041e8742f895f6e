namespace Bloomery;

/// <summary>A finished text with its figures.</summary>
/// <param name="Text">The text, without stop strings.</param>
/// <param name="Ids">The generated ids; the end token, if reached, is last.</param>
/// <param name="PromptIds">The ids of the prompt.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="PromptSeconds">Time from the first id to the first token.</param>
/// <param name="DecodeSeconds">Time for the tokens after the first.</param>
public sealed record GenerationResult(string Text, int[] Ids, int[] PromptIds, FinishReason FinishReason, double PromptSeconds, double DecodeSeconds)
{
    /// <summary>How many tokens it took.</summary>
    public TokenUsage Usage { get; init; } = new(PromptIds.Length, 0, Ids.Length);

    /// <summary>What was asked for and could not be done, one sentence each: a prompt cache that cannot be written.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
