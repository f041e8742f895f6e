using System.Text.Json.Serialization;

namespace Bloomery;

/// <summary>A likely token.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProb">Its natural log-probability under the raw logits.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] // NaN where nobody asked
public readonly record struct TokenAlternative(int Id, float LogProb);
