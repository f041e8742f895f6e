using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 18 bytes: a half scale and 4-bit codes, scale * (code - 8) (ggml type 2).</summary>
[Key("q4_0"), GgmlType(2)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ4_0 : IBlockFormat<BlockQ4_0>
{
    internal Half Scale;
    internal Array16<byte> Codes; // 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ4_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ4_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)block.Scale;
            Vector128<byte> codes = Lanes.Load(block.Codes, 0);
            Lanes.Scale((codes & Vector128.Create((byte)15)).AsSByte() - Vector128.Create((sbyte)8), scale, to);
            Lanes.Scale((codes >> 4).AsSByte() - Vector128.Create((sbyte)8), scale, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ4_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 32; e++) values[(i * 32) + e] = scale * (Planar.Read(blocks[i].Codes, 16, 4, e) - 8);
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ4_0> blocks)
    {
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Scale = SimpleFit.Signed(values.Slice(i * 32, 32), importance, i * 32, -8, 7, codes);
            Planar.Write(codes, 16, 4, blocks[i].Codes);
        }
    }
}
