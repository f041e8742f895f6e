using System.Text.Json.Serialization;

namespace Bloomery;

/// <summary>A chosen token.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProb">Its natural log-probability under the raw logits, before any step; NaN unless log-probabilities were asked for.</param>
/// <param name="Probability">The probability with which it was drawn, after all steps; 1 for greedy decoding.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] // NaN where nobody asked
public readonly record struct TokenChoice(int Id, float LogProb, double Probability);
