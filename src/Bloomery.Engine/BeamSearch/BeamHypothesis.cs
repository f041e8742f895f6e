using System.Text.Json.Serialization;
using Bloomery.Engine.Stopping;

namespace Bloomery;

/// <summary>A finished text of a beam search.</summary>
/// <param name="Ids">The new tokens; the end token, if one was reached, is last.</param>
/// <param name="LogProbs">Of each token, under the raw logits.</param>
/// <param name="Score">The sum of the log-probabilities (after penalties, where there are any) divided by length to the power of the length penalty.</param>
/// <param name="FinishReason">Whether an end token or the length ended it.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record BeamHypothesis(int[] Ids, float[] LogProbs, double Score, FinishReason FinishReason);
