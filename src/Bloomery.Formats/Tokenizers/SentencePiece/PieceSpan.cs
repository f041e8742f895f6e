namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>One piece of a segmented text.</summary>
/// <param name="Id">The piece, or <see cref="ByteTrie.None"/> for a character that the vocabulary lacks.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct PieceSpan(int Id, int Length);
