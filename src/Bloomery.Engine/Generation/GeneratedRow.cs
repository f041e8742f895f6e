using Bloomery.Engine.Stopping;

namespace Bloomery.Engine.Generation;

/// <summary>What a row of ids was continued with.</summary>
/// <param name="Ids">New tokens; the end token, if reached, is last.</param>
/// <param name="LogProbs">Their natural log-probabilities under the raw logits.</param>
/// <param name="Score">The beam score; null without beams.</param>
/// <param name="FinishReason">Why it ended.</param>
internal sealed record GeneratedRow(IReadOnlyList<int> Ids, IReadOnlyList<float> LogProbs, double? Score, FinishReason FinishReason);
