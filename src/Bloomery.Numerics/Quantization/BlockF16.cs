using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One half-precision float (ggml type 1); written rounding ties to even.</summary>
[Key("f16"), GgmlType(1)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockF16 : IBlockFormat<BlockF16>
{
    /// <summary>The value.</summary>
    public Half Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockF16> blocks, Span<float> values) =>
        HalfConversion.Widen(MemoryMarshal.Cast<BlockF16, Half>(blocks), values);

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockF16> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = (float)blocks[i].Value;
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockF16> blocks) =>
        HalfConversion.Narrow(values, MemoryMarshal.Cast<BlockF16, Half>(blocks));
}
