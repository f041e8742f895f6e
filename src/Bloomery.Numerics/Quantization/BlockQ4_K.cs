using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 144 bytes: per 32 a 6-bit scale and a 6-bit minimum under two halves, and 4-bit codes; scale * s * code - minimum * m (ggml type 12).
/// </summary>
[Key("q4_k"), GgmlType(12)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ4_K : IBlockFormat<BlockQ4_K>
{
    internal Half Scale;
    internal Half Minimum;
    internal Array12<byte> Scales; // see SixBitScales
    internal Array128<byte> Codes; // 4 bits, planar 32

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ4_K> blocks, Span<float> values)
    {
        Vector128<byte> nibble = Vector128.Create((byte)15);
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ4_K block = ref blocks[i];
            float scale = (float)block.Scale, minimum = (float)block.Minimum;
            for (int pair = 0; pair < 4; pair++) // 32 bytes hold two sub-blocks of 32
            {
                Span<float> to = values.Slice((i * 256) + (pair * 64), 64);
                (int lowScale, int lowMinimum) = SixBitScales.Read(block.Scales, 2 * pair);
                (int highScale, int highMinimum) = SixBitScales.Read(block.Scales, (2 * pair) + 1);
                Vector128<byte> first = Lanes.Load(block.Codes, 32 * pair), second = Lanes.Load(block.Codes, (32 * pair) + 16);
                float step = scale * lowScale, offset = -(minimum * lowMinimum);
                Lanes.ScaleAdd((first & nibble).AsSByte(), step, offset, to);
                Lanes.ScaleAdd((second & nibble).AsSByte(), step, offset, to[16..]);
                (step, offset) = (scale * highScale, -(minimum * highMinimum));
                Lanes.ScaleAdd((first >> 4).AsSByte(), step, offset, to[32..]);
                Lanes.ScaleAdd((second >> 4).AsSByte(), step, offset, to[48..]);
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ4_K> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale, minimum = (float)blocks[i].Minimum;
            for (int e = 0; e < 256; e++)
            {
                (int s, int m) = SixBitScales.Read(blocks[i].Scales, e / 32);
                values[(i * 256) + e] = (scale * s * Planar.Read(blocks[i].Codes, 32, 4, e)) - (minimum * m);
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ4_K> blocks)
    {
        Span<byte> scales = stackalloc byte[8], minima = stackalloc byte[8], codes = stackalloc byte[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref BlockQ4_K block = ref blocks[i];
            (block.Scale, block.Minimum) = SuperBlockFit.ScalesAndMinima(
                values.Slice(i * 256, 256), importance.IsEmpty ? default : importance.Slice(i * 256, 256), 32, 15, 63, scales, minima, codes);
            SixBitScales.Write(scales, minima, block.Scales);
            Planar.Write(codes, 32, 4, block.Codes);
        }
    }
}
