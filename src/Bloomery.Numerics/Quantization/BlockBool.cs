using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One truth value in a byte (safetensors BOOL; GGUF has no such type, so its id is negative).</summary>
[Key("bool"), GgmlType(-2)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockBool : IBlockFormat<BlockBool>
{
    /// <summary>The value: 0 or 1.</summary>
    public byte Value;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockBool> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = blocks[i].Value;
    }
}
