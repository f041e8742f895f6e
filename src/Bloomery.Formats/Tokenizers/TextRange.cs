namespace Bloomery.Formats.Tokenizers;

/// <summary>A half-open range of UTF-16 indices in a text.</summary>
/// <param name="Begin">The first index inside.</param>
/// <param name="End">The first index behind.</param>
public readonly record struct TextRange(int Begin, int End);
