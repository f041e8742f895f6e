using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>64 weights in 36 bytes: per 16 an unsigned 8-bit float as scale (e4m3), and 4-bit floats (e2m1) (ggml type 40).</summary>
[Key("nvfp4"), GgmlType(40)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockNVFP4 : IBlockFormat<BlockNVFP4>
{
    internal Array4<byte> Scales; // 4 bits of exponent (bias 7), 3 of fraction; 0x7F is 0
    internal Array32<byte> Codes; // 4 bits, planar 8

    /// <inheritdoc/>
    public static int Weights => 64;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockNVFP4> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockNVFP4 block = ref blocks[i];
            for (int s = 0; s < 4; s++)
            {
                ulong packed = MemoryMarshal.Read<ulong>(block.Codes[(8 * s)..]);
                Vector128<byte> codes = Vector128.Create(packed, packed >> 4).AsByte() & Vector128.Create((byte)15);
                Lanes.Scale(E2M1.Expand(codes), HalfScale(block.Scales[s]), values.Slice((i * 64) + (s * 16), 16));
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockNVFP4> blocks)
    {
        Span<byte> codes = stackalloc byte[16];
        for (int i = 0; i < blocks.Length; i++)
        {
            for (int s = 0; s < 4; s++)
            {
                ReadOnlySpan<float> x = values.Slice((i * 64) + (s * 16), 16);
                byte scale = NearestScale(SimpleFit.Peak(x) / 6); // the greatest code
                blocks[i].Scales[s] = scale;
                E2M1.Round(x, HalfScale(scale), codes);
                Planar.Write(codes, 8, 4, blocks[i].Codes[(8 * s)..((8 * s) + 8)]);
            }
        }
    }

    // Half the scale, for codes that count in halves: m * 2^-10, or (8 + m) * 2^(e - 11).
    private static float HalfScale(int scale)
    {
        if (scale == 0x7F) return 0;
        int exponent = (scale >> 3) & 15, fraction = scale & 7;
        return exponent == 0 ? fraction * (1f / 1024) : MathF.ScaleB(8 + fraction, exponent - 11);
    }

    // Rounded to the nearest, halves up, as ggml does, which takes the greatest scale for all from 256 on.
    private static byte NearestScale(float scale)
    {
        if (!(scale > 0)) return 0;
        uint bits = BitConverter.SingleToUInt32Bits(scale);
        int exponent = (int)(bits >> 23) - 127 + 7;
        if (exponent <= 0) return (byte)Math.Min((int)((scale * 512) + 0.5f), 7);
        int code = (exponent << 3) + (int)((bits >> 20) & 7) + (int)((bits >> 19) & 1);
        return (byte)(code >= 15 << 3 ? 0x7E : code);
    }
}
