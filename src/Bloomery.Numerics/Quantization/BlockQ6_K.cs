using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>256 weights in 210 bytes: per 16 a signed 8-bit scale under a half, and 6-bit codes; scale * s * (code - 32) (ggml type 14).</summary>
[Key("q6_k"), GgmlType(14)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ6_K : IBlockFormat<BlockQ6_K>
{
    internal Array128<byte> Codes;    // low 4 bits, planar 64
    internal Array64<byte> HighPairs; // high 2 bits, planar 32
    internal Array16<sbyte> Scales;
    internal Half Scale;

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ6_K> blocks, Span<float> values)
    {
        Vector128<byte> nibble = Vector128.Create((byte)15), pair = Vector128.Create((byte)0x30), middle = Vector128.Create((byte)32);
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ6_K block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int part = 0; part < 4; part++) // the sixteens at part * 16 of each half's four runs of 32, or at 32 more: (half, odd)
            {
                int half = part / 2, odd = part % 2;
                Span<float> to = values.Slice((i * 256) + (half * 128) + (odd * 16), 112);
                ReadOnlySpan<sbyte> scales = block.Scales[((half * 8) + odd)..];
                Vector128<byte> low = Lanes.Load(block.Codes, (half * 64) + (odd * 16)), next = Lanes.Load(block.Codes, (half * 64) + 32 + (odd * 16));
                Vector128<byte> high = Lanes.Load(block.HighPairs, (half * 32) + (odd * 16));
                Lanes.Scale((((low & nibble) | ((high << 4) & pair)) - middle).AsSByte(), scale * scales[0], to);
                Lanes.Scale((((next & nibble) | ((high << 2) & pair)) - middle).AsSByte(), scale * scales[2], to[32..]);
                Lanes.Scale((((low >> 4) | (high & pair)) - middle).AsSByte(), scale * scales[4], to[64..]);
                Lanes.Scale((((next >> 4) | ((high >> 2) & pair)) - middle).AsSByte(), scale * scales[6], to[96..]);
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ6_K> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 256; e++)
            {
                int code = Planar.Read(blocks[i].Codes, 64, 4, e) | (Planar.Read(blocks[i].HighPairs, 32, 2, e) << 4);
                values[(i * 256) + e] = scale * blocks[i].Scales[e / 16] * (code - 32);
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ6_K> blocks)
    {
        Span<byte> codes = stackalloc byte[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref BlockQ6_K block = ref blocks[i];
            ReadOnlySpan<float> x = values.Slice(i * 256, 256);
            block.Scale = SuperBlockFit.Scales(x, importance.IsEmpty ? default : importance.Slice(i * 256, 256), 16, new UniformCodes(-32, 31), -128,
                block.Scales);
            for (int s = 0; s < 16; s++) CodeFit.Round(x.Slice(16 * s, 16), (float)block.Scale * block.Scales[s], -32, 31, codes.Slice(16 * s, 16));
            Planar.Write(codes, 64, 4, block.Codes);
            Planar.Write(codes, 32, 2, block.HighPairs, shift: 4);
        }
    }
}
