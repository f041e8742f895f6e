using Bloomery.Engine.Inference;

namespace Bloomery.Engine.Generation;

/// <summary>What a text needs from its first step on.</summary>
/// <param name="Sequence">What the text is appended to.</param>
/// <param name="Owned">Whether the sequence ends with the text.</param>
/// <param name="Feed">What is to be run first: the prompt but for <paramref name="Cached"/>; of an encoder-decoder, the decoder's start.</param>
/// <param name="Cached">Tokens of the prompt that the sequence held already.</param>
/// <param name="Tokens">Chooses the tokens.</param>
/// <param name="Cache">The file that keeps the prompt, or null.</param>
internal sealed record OpenedText(Sequence Sequence, bool Owned, ReadOnlyMemory<int> Feed, int Cached, TokenGenerator Tokens, CachedPrompt? Cache);
