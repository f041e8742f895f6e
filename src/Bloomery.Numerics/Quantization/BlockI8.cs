using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One signed byte (ggml type 24).</summary>
[Key("i8"), GgmlType(24)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockI8 : IBlockFormat<BlockI8>
{
    /// <summary>The value.</summary>
    public sbyte Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockI8> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = blocks[i].Value;
    }
}
