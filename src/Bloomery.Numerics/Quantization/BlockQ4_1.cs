using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 20 bytes: a half scale, a half minimum and 4-bit codes, scale * code + minimum (ggml type 3).</summary>
[Key("q4_1"), GgmlType(3)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ4_1 : IBlockFormat<BlockQ4_1>
{
    internal Half Scale;
    internal Half Minimum;
    internal Array16<byte> Codes; // 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ4_1> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ4_1 block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)block.Scale, minimum = (float)block.Minimum;
            Vector128<byte> codes = Lanes.Load(block.Codes, 0);
            Lanes.ScaleAdd((codes & Vector128.Create((byte)15)).AsSByte(), scale, minimum, to);
            Lanes.ScaleAdd((codes >> 4).AsSByte(), scale, minimum, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ4_1> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale, minimum = (float)blocks[i].Minimum;
            for (int e = 0; e < 32; e++) values[(i * 32) + e] = (scale * Planar.Read(blocks[i].Codes, 16, 4, e)) + minimum;
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ4_1> blocks)
    {
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < blocks.Length; i++)
        {
            (blocks[i].Scale, blocks[i].Minimum) = SimpleFit.Range(values.Slice(i * 32, 32), importance, i * 32, 15, codes);
            Planar.Write(codes, 16, 4, blocks[i].Codes);
        }
    }
}
