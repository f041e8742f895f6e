using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 84 bytes: per 16 a 4-bit scale and a 4-bit minimum under two halves, and 2-bit codes; scale * s * code - minimum * m (ggml type 10).
/// </summary>
[Key("q2_k"), GgmlType(10)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ2_K : IBlockFormat<BlockQ2_K>
{
    internal Array16<byte> Scales; // scale in the low nibble, minimum in the high one
    internal Array64<byte> Codes;  // 2 bits, planar 32
    internal Half Scale;
    internal Half Minimum;

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ2_K> blocks, Span<float> values)
    {
        Vector128<byte> pair = Vector128.Create((byte)3);
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ2_K block = ref blocks[i];
            Span<float> to = values.Slice(i * 256, 256);
            float scale = (float)block.Scale, minimum = (float)block.Minimum;
            ReadOnlySpan<byte> scales = block.Scales;
            for (int half = 0; half < 2; half++) // 32 bytes hold eight sub-blocks of 16
            {
                Vector128<byte> first = Lanes.Load(block.Codes, 32 * half), second = Lanes.Load(block.Codes, (32 * half) + 16);
                for (int s = 8 * half; s < (8 * half) + 8; s += 2)
                {
                    Lanes.ScaleAdd((first & pair).AsSByte(), scale * (scales[s] & 15), -(minimum * (scales[s] >> 4)), to[(16 * s)..]);
                    Lanes.ScaleAdd((second & pair).AsSByte(), scale * (scales[s + 1] & 15), -(minimum * (scales[s + 1] >> 4)), to[((16 * s) + 16)..]);
                    first >>= 2;
                    second >>= 2;
                }
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ2_K> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale, minimum = (float)blocks[i].Minimum;
            for (int e = 0; e < 256; e++)
            {
                byte packed = blocks[i].Scales[e / 16];
                values[(i * 256) + e] = (scale * (packed & 15) * Planar.Read(blocks[i].Codes, 32, 2, e)) - (minimum * (packed >> 4));
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ2_K> blocks)
    {
        Span<byte> scales = stackalloc byte[16], minima = stackalloc byte[16], codes = stackalloc byte[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref BlockQ2_K block = ref blocks[i];
            (block.Scale, block.Minimum) = SuperBlockFit.ScalesAndMinima(
                values.Slice(i * 256, 256), importance.IsEmpty ? default : importance.Slice(i * 256, 256), 16, 3, 15, scales, minima, codes);
            for (int s = 0; s < 16; s++) block.Scales[s] = (byte)(scales[s] | (minima[s] << 4));
            Planar.Write(codes, 32, 2, block.Codes);
        }
    }
}
