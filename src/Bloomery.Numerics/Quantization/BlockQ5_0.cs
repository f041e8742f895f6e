using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 22 bytes: a half scale and 5-bit codes, scale * (code - 16) (ggml type 6).</summary>
[Key("q5_0"), GgmlType(6)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ5_0 : IBlockFormat<BlockQ5_0>
{
    internal Half Scale;
    internal Array4<byte> FifthBits; // bit i belongs to element i
    internal Array16<byte> Codes;    // low 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ5_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ5_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)block.Scale;
            Vector128<byte> codes = Lanes.Load(block.Codes, 0);
            // A missing fifth bit is -16: code - 16 = low 4 bits | 0xF0.
            Vector128<byte> lower = (codes & Vector128.Create((byte)15))
                | Vector128.AndNot(Vector128.Create((byte)0xF0), Lanes.Bits(block.FifthBits[0], block.FifthBits[1]));
            Vector128<byte> upper = (codes >> 4) | Vector128.AndNot(Vector128.Create((byte)0xF0), Lanes.Bits(block.FifthBits[2], block.FifthBits[3]));
            Lanes.Scale(lower.AsSByte(), scale, to);
            Lanes.Scale(upper.AsSByte(), scale, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ5_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 32; e++)
            {
                int code = Planar.Read(blocks[i].Codes, 16, 4, e) | (((blocks[i].FifthBits[e / 8] >> (e % 8)) & 1) << 4);
                values[(i * 32) + e] = scale * (code - 16);
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ5_0> blocks)
    {
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Scale = SimpleFit.Signed(values.Slice(i * 32, 32), importance, i * 32, -16, 15, codes);
            Planar.Write(codes, 16, 4, blocks[i].Codes);
            SimpleFit.WriteFifthBits(codes, blocks[i].FifthBits);
        }
    }
}
