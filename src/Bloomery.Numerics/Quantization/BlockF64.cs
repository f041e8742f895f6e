using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One 64-bit float, rounded to the nearest 32-bit one (ggml type 28).</summary>
[Key("f64"), GgmlType(28)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockF64 : IBlockFormat<BlockF64>
{
    /// <summary>The value.</summary>
    public double Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockF64> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = (float)blocks[i].Value;
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockF64> blocks)
    {
        for (int i = 0; i < values.Length; i++) blocks[i].Value = values[i];
    }
}
