using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>64 weights in 18 bytes: a half scale and 2-bit codes, four a byte from its low bits up, scale * (code - 1) (ggml type 42).</summary>
[Key("q2_0"), GgmlType(42)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ2_0 : IBlockFormat<BlockQ2_0>
{
    internal Half Scale;
    internal Array16<byte> Codes;

    /// <inheritdoc/>
    public static int Weights => 64;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ2_0> blocks, Span<float> values)
    {
        Vector128<byte> quarter = Vector128.Create((byte)0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        Vector128<byte> upperHalf = Vector128.Create(0xFFFF0000u).AsByte(), odd = Vector128.Create((ushort)0xFF00).AsByte();
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ2_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 64, 64);
            float scale = (float)block.Scale;
            Vector128<byte> all = Lanes.Load(block.Codes, 0);
            for (int e = 0; e < 64; e += 16)
            {
                // Four lanes a byte: the upper two take its high nibble, odd ones the high pair of bits of theirs.
                Vector128<byte> four = Vector128.Shuffle(all, quarter + Vector128.Create((byte)(e / 4)));
                four = Vector128.ConditionalSelect(upperHalf, four >> 4, four);
                four = Vector128.ConditionalSelect(odd, four >> 2, four);
                Lanes.Scale((four & Vector128.Create((byte)3)).AsSByte() - Vector128<sbyte>.One, scale, to[e..]);
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ2_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 64; e++) values[(i * 64) + e] = ((blocks[i].Codes[e / 4] >> (2 * (e % 4)) & 3) - 1) * scale;
        }
    }

    /// <summary>The scale is the largest magnitude, so that the code 3 is never written.</summary>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ2_0> blocks)
    {
        Span<byte> codes = stackalloc byte[64];
        for (int i = 0; i < blocks.Length; i++)
        {
            BlockQ2_0 block = new() { Scale = (Half)SimpleFit.Ternary(values.Slice(i * 64, 64), codes) };
            for (int e = 0; e < 64; e++) block.Codes[e / 4] |= (byte)(codes[e] << (2 * (e % 4)));
            blocks[i] = block;
        }
    }
}
