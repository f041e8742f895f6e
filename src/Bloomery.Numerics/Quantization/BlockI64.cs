using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One 64-bit integer, rounded to the nearest float (ggml type 27).</summary>
[Key("i64"), GgmlType(27)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockI64 : IBlockFormat<BlockI64>
{
    /// <summary>The value.</summary>
    public long Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockI64> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = blocks[i].Value;
    }
}
