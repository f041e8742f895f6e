using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One 32-bit float (ggml type 0).</summary>
[Key("f32"), GgmlType(0)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockF32 : IBlockFormat<BlockF32>
{
    /// <summary>The value.</summary>
    public float Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockF32> blocks, Span<float> values) =>
        MemoryMarshal.Cast<BlockF32, float>(blocks).CopyTo(values);

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockF32> blocks) =>
        values.CopyTo(MemoryMarshal.Cast<BlockF32, float>(blocks));
}
