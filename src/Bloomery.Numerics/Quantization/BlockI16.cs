using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One 16-bit integer (ggml type 25).</summary>
[Key("i16"), GgmlType(25)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockI16 : IBlockFormat<BlockI16>
{
    /// <summary>The value.</summary>
    public short Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockI16> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = blocks[i].Value;
    }
}
