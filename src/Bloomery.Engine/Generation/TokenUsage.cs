namespace Bloomery;

/// <summary>How many tokens a text took.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Of these, tokens that were held from before and not computed again.</param>
/// <param name="CompletionTokens">Tokens generated, the end token included.</param>
public sealed record TokenUsage(int PromptTokens, int CachedTokens, int CompletionTokens)
{
    /// <summary>Both together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}
