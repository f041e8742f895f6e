namespace Bloomery;

/// <summary>A bias on completing a token sequence.</summary>
/// <param name="Ids">The sequence; at least one token.</param>
/// <param name="Bias">Added to the logit of its last token.</param>
public readonly record struct TokenSequenceBias(int[] Ids, float Bias);
