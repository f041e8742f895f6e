using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One byte (safetensors U8; GGUF has no such type, so its id is negative).</summary>
[Key("u8"), GgmlType(-1)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockU8 : IBlockFormat<BlockU8>
{
    /// <summary>The value.</summary>
    public byte Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockU8> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = blocks[i].Value;
    }
}
