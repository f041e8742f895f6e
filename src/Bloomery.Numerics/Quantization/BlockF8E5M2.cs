using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// One 8-bit float with 5 exponent bits, bias 15 (OCP FP8, arXiv 2209.05433; safetensors F8_E5M2; GGUF has no such type, so its id is negative).
/// </summary>
[Key("f8_e5m2"), GgmlType(-4)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockF8E5M2 : IBlockFormat<BlockF8E5M2>
{
    /// <summary>Sign, exponent, mantissa.</summary>
    public byte Bits;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockF8E5M2> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = Table[blocks[i].Bits];
    }

    private static readonly float[] Table = MakeTable();

    private static float[] MakeTable()
    {
        float[] table = new float[256];
        for (int bits = 0; bits < 256; bits++)
        {
            int exponent = (bits >> 2) & 31, mantissa = bits & 3;
            float magnitude = exponent == 31 ? (mantissa == 0 ? float.PositiveInfinity : float.NaN)
                : exponent == 0 ? MathF.ScaleB(mantissa, -16)
                : MathF.ScaleB(mantissa + 4, exponent - 17);
            table[bits] = (bits & 0x80) != 0 ? -magnitude : magnitude;
        }
        return table;
    }
}
