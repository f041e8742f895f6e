namespace Bloomery.Conversion;

/// <summary>What was written.</summary>
/// <param name="Tensors">Tensors.</param>
/// <param name="Weights">Weights in all of them.</param>
/// <param name="Bytes">Size of the file, or of the directory's weights.</param>
/// <param name="Types">Tensors by type.</param>
public sealed record ConversionResult(int Tensors, long Weights, long Bytes, IReadOnlyDictionary<string, int> Types);
