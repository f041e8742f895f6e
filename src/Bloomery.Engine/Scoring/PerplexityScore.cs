namespace Bloomery.Engine.Scoring;

/// <summary>How well a text was predicted.</summary>
/// <param name="Loss">The sum of -log p over the scored tokens, in nats.</param>
/// <param name="Tokens">How many were scored.</param>
internal readonly record struct PerplexityScore(double Loss, long Tokens)
{
    /// <summary>The mean loss of a token.</summary>
    public double Mean => Loss / Tokens;

    /// <summary>e to the mean loss.</summary>
    public double Perplexity => Math.Exp(Mean);
}
