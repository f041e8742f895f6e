using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 24 bytes: a half scale, a half minimum and 5-bit codes, scale * code + minimum (ggml type 7).</summary>
[Key("q5_1"), GgmlType(7)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ5_1 : IBlockFormat<BlockQ5_1>
{
    internal Half Scale;
    internal Half Minimum;
    internal Array4<byte> FifthBits; // bit i belongs to element i
    internal Array16<byte> Codes;    // low 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ5_1> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ5_1 block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)block.Scale, minimum = (float)block.Minimum;
            Vector128<byte> codes = Lanes.Load(block.Codes, 0);
            Vector128<byte> fifth = Vector128.Create((byte)16);
            Vector128<byte> lower = (codes & Vector128.Create((byte)15)) | (fifth & Lanes.Bits(block.FifthBits[0], block.FifthBits[1]));
            Vector128<byte> upper = (codes >> 4) | (fifth & Lanes.Bits(block.FifthBits[2], block.FifthBits[3]));
            Lanes.ScaleAdd(lower.AsSByte(), scale, minimum, to);
            Lanes.ScaleAdd(upper.AsSByte(), scale, minimum, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ5_1> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale, minimum = (float)blocks[i].Minimum;
            for (int e = 0; e < 32; e++)
            {
                int code = Planar.Read(blocks[i].Codes, 16, 4, e) | (((blocks[i].FifthBits[e / 8] >> (e % 8)) & 1) << 4);
                values[(i * 32) + e] = (scale * code) + minimum;
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ5_1> blocks)
    {
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < blocks.Length; i++)
        {
            (blocks[i].Scale, blocks[i].Minimum) = SimpleFit.Range(values.Slice(i * 32, 32), importance, i * 32, 31, codes);
            Planar.Write(codes, 16, 4, blocks[i].Codes);
            SimpleFit.WriteFifthBits(codes, blocks[i].FifthBits);
        }
    }
}
