using System.Runtime.InteropServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// One 8-bit float with 4 exponent bits, bias 7, without infinities (OCP FP8, arXiv 2209.05433; safetensors F8_E4M3; GGUF has no such type, so its id is
/// negative).
/// </summary>
[Key("f8_e4m3"), GgmlType(-3)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockF8E4M3 : IBlockFormat<BlockF8E4M3>
{
    /// <summary>Sign, exponent, mantissa.</summary>
    public byte Bits;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockF8E4M3> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = Table[blocks[i].Bits];
    }

    private static readonly float[] Table = MakeTable();

    private static float[] MakeTable()
    {
        float[] table = new float[256];
        for (int bits = 0; bits < 256; bits++)
        {
            int exponent = (bits >> 3) & 15, mantissa = bits & 7;
            float magnitude = (bits & 0x7F) == 0x7F ? float.NaN
                : exponent == 0 ? MathF.ScaleB(mantissa, -9)
                : MathF.ScaleB(mantissa + 8, exponent - 10);
            table[bits] = (bits & 0x80) != 0 ? -magnitude : magnitude;
        }
        return table;
    }
}
