namespace Bloomery;

/// <summary>What one step of a generation brings.</summary>
/// <param name="Text">Text that is certain now; empty while a character or a possible stop string is incomplete.</param>
/// <param name="Token">The token that was chosen; its id is -1 in the only piece of a text that was to have no tokens.</param>
/// <param name="FinishReason">Why the text ends here; null while it goes on.</param>
public readonly record struct TextPiece(string Text, TokenChoice Token, FinishReason? FinishReason)
{
    /// <summary>The likeliest tokens at this step, best first, if asked for (<see cref="SamplingOptions.LogProbs"/>).</summary>
    public IReadOnlyList<TokenAlternative> Alternatives { get => field ?? []; init; } = [];

    /// <summary>Tokens read and written, with the last piece; null before.</summary>
    public TokenUsage? Usage { get; init; }
}
