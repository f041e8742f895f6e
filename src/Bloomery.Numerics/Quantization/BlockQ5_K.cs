using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>256 weights in 176 bytes: as <see cref="BlockQ4_K"/> with 5-bit codes (ggml type 13).</summary>
[Key("q5_k"), GgmlType(13)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ5_K : IBlockFormat<BlockQ5_K>
{
    internal Half Scale;
    internal Half Minimum;
    internal Array12<byte> Scales;    // see SixBitScales
    internal Array32<byte> FifthBits; // planar 32
    internal Array128<byte> Codes;    // low 4 bits, planar 32

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ5_K> blocks, Span<float> values)
    {
        Vector128<byte> nibble = Vector128.Create((byte)15), fifth = Vector128.Create((byte)16);
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ5_K block = ref blocks[i];
            float scale = (float)block.Scale, minimum = (float)block.Minimum;
            // The fifth bits of pair p's two sub-blocks are shifted down by 2p each time round, to bits 0 and 1.
            Vector128<byte> firstHigh = Lanes.Load(block.FifthBits, 0), secondHigh = Lanes.Load(block.FifthBits, 16);
            for (int pair = 0; pair < 4; pair++)
            {
                Span<float> to = values.Slice((i * 256) + (pair * 64), 64);
                (int lowScale, int lowMinimum) = SixBitScales.Read(block.Scales, 2 * pair);
                (int highScale, int highMinimum) = SixBitScales.Read(block.Scales, (2 * pair) + 1);
                Vector128<byte> first = Lanes.Load(block.Codes, 32 * pair), second = Lanes.Load(block.Codes, (32 * pair) + 16);
                float step = scale * lowScale, offset = -(minimum * lowMinimum);
                Lanes.ScaleAdd(((first & nibble) | ((firstHigh << 4) & fifth)).AsSByte(), step, offset, to);
                Lanes.ScaleAdd(((second & nibble) | ((secondHigh << 4) & fifth)).AsSByte(), step, offset, to[16..]);
                (step, offset) = (scale * highScale, -(minimum * highMinimum));
                Lanes.ScaleAdd(((first >> 4) | ((firstHigh << 3) & fifth)).AsSByte(), step, offset, to[32..]);
                Lanes.ScaleAdd(((second >> 4) | ((secondHigh << 3) & fifth)).AsSByte(), step, offset, to[48..]);
                firstHigh >>= 2;
                secondHigh >>= 2;
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ5_K> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale, minimum = (float)blocks[i].Minimum;
            for (int e = 0; e < 256; e++)
            {
                (int s, int m) = SixBitScales.Read(blocks[i].Scales, e / 32);
                int code = Planar.Read(blocks[i].Codes, 32, 4, e) | (Planar.Read(blocks[i].FifthBits, 32, 1, e) << 4);
                values[(i * 256) + e] = (scale * s * code) - (minimum * m);
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ5_K> blocks)
    {
        Span<byte> scales = stackalloc byte[8], minima = stackalloc byte[8], codes = stackalloc byte[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref BlockQ5_K block = ref blocks[i];
            (block.Scale, block.Minimum) = SuperBlockFit.ScalesAndMinima(
                values.Slice(i * 256, 256), importance.IsEmpty ? default : importance.Slice(i * 256, 256), 32, 31, 63, scales, minima, codes);
            SixBitScales.Write(scales, minima, block.Scales);
            Planar.Write(codes, 32, 4, block.Codes);
            Planar.Write(codes, 32, 1, block.FifthBits, shift: 4);
        }
    }
}
