namespace Bloomery;

/// <summary>A likely token.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProb">Its natural log-probability under the raw logits.</param>
public readonly record struct TokenAlternative(int Id, float LogProb);
