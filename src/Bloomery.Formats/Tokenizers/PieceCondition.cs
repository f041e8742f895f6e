namespace Bloomery.Formats.Tokenizers;

/// <summary>A question about a piece.</summary>
/// <param name="sourceBegin">Where in the input, in UTF-16 units, its first character begins.</param>
/// <param name="piece">Its text, not empty.</param>
internal delegate bool PieceCondition(int sourceBegin, ReadOnlySpan<char> piece);
