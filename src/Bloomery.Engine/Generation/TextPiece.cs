using Bloomery.Engine.Sampling;
using Bloomery.Engine.Stopping;

namespace Bloomery;

/// <summary>What one step of a generation brings.</summary>
/// <param name="Text">Text that is certain now; empty while a character or a possible stop string is incomplete.</param>
/// <param name="Token">The token that was chosen.</param>
/// <param name="FinishReason">Why the text ends here; null while it goes on.</param>
public readonly record struct TextPiece(string Text, TokenChoice Token, FinishReason? FinishReason);
