using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>128 signs in 18 bytes: a half scale and a bit a weight, set for +scale, clear for -scale (ggml type 41).</summary>
[Key("q1_0"), GgmlType(41)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ1_0 : IBlockFormat<BlockQ1_0>
{
    internal Half Scale;
    internal Array16<byte> Signs;

    /// <inheritdoc/>
    public static int Weights => 128;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ1_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ1_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 128, 128);
            float scale = (float)block.Scale;
            for (int e = 0; e < 128; e += 16)
            {
                Vector128<byte> set = Lanes.Bits(block.Signs[e / 8], block.Signs[(e / 8) + 1]);
                Lanes.Scale((set & Vector128.Create((byte)2)).AsSByte() - Vector128<sbyte>.One, scale, to[e..]);
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ1_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 128; e++) values[(i * 128) + e] = (blocks[i].Signs[e / 8] >> (e % 8) & 1) != 0 ? scale : -scale;
        }
    }

    /// <summary>The scale is the mean magnitude.</summary>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ1_0> blocks)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<float> from = values.Slice(i * 128, 128);
            BlockQ1_0 block = default;
            float sum = 0;
            for (int e = 0; e < 128; e++)
            {
                sum += MathF.Abs(from[e]);
                if (from[e] >= 0) block.Signs[e / 8] |= (byte)(1 << (e % 8));
            }
            block.Scale = (Half)(sum / 128);
            blocks[i] = block;
        }
    }
}
