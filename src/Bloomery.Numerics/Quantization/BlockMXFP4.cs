using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 17 bytes: a power of two and 4-bit floats (OCP Microscaling Formats 1.0; e8m0 and e2m1) (ggml type 39).</summary>
[Key("mxfp4"), GgmlType(39)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockMXFP4 : IBlockFormat<BlockMXFP4>
{
    internal byte Exponent;       // the scale is 2^(Exponent - 127)
    internal Array16<byte> Codes; // 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockMXFP4> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockMXFP4 block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = HalfScale(block.Exponent);
            Vector128<byte> codes = Lanes.Load(block.Codes, 0);
            Lanes.Scale(E2M1.Expand(codes & Vector128.Create((byte)15)), scale, to);
            Lanes.Scale(E2M1.Expand(codes >> 4), scale, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockMXFP4> blocks)
    {
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<float> x = values.Slice(i * 32, 32);
            float peak = SimpleFit.Peak(x);
            // The largest magnitude falls between 4 and 8, codes reach to 6. Below 2^-125 the exponent wraps, as in ggml, and all codes are 0.
            blocks[i].Exponent = unchecked((byte)(peak == 0 || !float.IsFinite(peak) ? 0 : (int)MathF.Floor(MathF.Log2(peak)) + 125));
            E2M1.Round(x, HalfScale(blocks[i].Exponent), codes);
            Planar.Write(codes, 16, 4, blocks[i].Codes);
        }
    }

    /// <summary>Half of 2^(exponent - 127), for codes that count in halves; below 2^-126 a subnormal.</summary>
    internal static float HalfScale(int exponent) => BitConverter.UInt32BitsToSingle(exponent < 2 ? 0x00200000u << exponent : (uint)(exponent - 1) << 23);

    /// <summary>The inverse of <see cref="HalfScale"/>.</summary>
    internal static byte ExponentOf(float halfScale) => BitConverter.SingleToUInt32Bits(halfScale) switch
    {
        0x00200000 => 0,
        0x00400000 => 1,
        uint bits => (byte)((bits >> 23) + 1),
    };
}
