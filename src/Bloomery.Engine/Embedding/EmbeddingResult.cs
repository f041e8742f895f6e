namespace Bloomery;

/// <summary>Embedded texts.</summary>
/// <param name="Vectors">One (hidden) vector a text.</param>
/// <param name="Pooling">How token states became one vector.</param>
/// <param name="Normalized">Whether vectors have length 1.</param>
/// <param name="Truncated">Indices of texts that were cut to the context; their final special token is kept.</param>
/// <param name="TokenCounts">Tokens of each text.</param>
public sealed record EmbeddingResult(float[][] Vectors, Pooling Pooling, bool Normalized, int[] Truncated, int[] TokenCounts);
