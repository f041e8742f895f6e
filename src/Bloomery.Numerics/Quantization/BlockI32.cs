using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One 32-bit integer, rounded to the nearest float (ggml type 26).</summary>
[Key("i32"), GgmlType(26)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockI32 : IBlockFormat<BlockI32>
{
    /// <summary>The value.</summary>
    public int Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockI32> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = blocks[i].Value;
    }
}
