namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>A part of a text: a token that was matched as text, or what lies between such.</summary>
/// <param name="Begin">The first UTF-16 index.</param>
/// <param name="End">The index behind the last.</param>
/// <param name="Id">The token, or <see cref="ByteTrie.None"/> for what lies between.</param>
internal readonly record struct TextPart(int Begin, int End, int Id);
