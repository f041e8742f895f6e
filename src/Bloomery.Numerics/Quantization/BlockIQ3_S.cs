using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 110 bytes: rows of four from a code book of 512, signs per eight, and per 32 a 4-bit scale under a half; scale * (2 * s + 1) (ggml type 21).
/// </summary>
[Key("iq3_s"), GgmlType(21)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ3_S : IBlockFormat<BlockIQ3_S>
{
    internal Half Scale;
    internal Array64<byte> Rows;     // low 8 bits of the row index, per 4
    internal Array8<byte> NinthBits; // of eight row indices, per 32
    internal Array32<byte> Signs;    // per 8
    internal Array4<byte> Scales;    // nibbles, per 32

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ3_S> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq3S;
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ3_S block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int part = 0; part < 16; part++) // four rows
            {
                ReadOnlySpan<byte> rows = block.Rows[(4 * part)..];
                int ninth = block.NinthBits[part / 2] >> (part % 2 * 4);
                int s = (block.Scales[part / 4] >> (part / 2 % 2 * 4)) & 15;
                ulong low = grid[rows[0] | ((ninth & 1) << 8)] | (grid[rows[1] | ((ninth & 2) << 7)] << 32);
                ulong high = grid[rows[2] | ((ninth & 4) << 6)] | (grid[rows[3] | ((ninth & 8) << 5)] << 32);
                Vector128<byte> negative = Lanes.Bits(block.Signs[2 * part], block.Signs[(2 * part) + 1]);
                Lanes.Scale(Lanes.Negate(Vector128.Create(low, high).AsByte(), negative), scale * (1 + (2 * s)), values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
