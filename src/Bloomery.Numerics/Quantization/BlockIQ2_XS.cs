using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 74 bytes: rows of eight from a code book of 512, their signs, and per 16 a 4-bit scale under a half; scale * (s + 0.5) / 4 (ggml type 17).
/// </summary>
[Key("iq2_xs"), GgmlType(17)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ2_XS : IBlockFormat<BlockIQ2_XS>
{
    internal Half Scale;
    internal Array32<ushort> Rows; // per 8: 9 bits of row index, 7 bits of sign index
    internal Array8<byte> Scales;  // nibbles, per 16

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ2_XS> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq2XS;
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ2_XS block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int part = 0; part < 16; part++) // two rows
            {
                uint first = block.Rows[2 * part], second = block.Rows[(2 * part) + 1];
                int s = (block.Scales[part / 2] >> (part % 2 * 4)) & 15;
                Vector128<byte> rows = Vector128.Create(grid[(int)(first & 511)], grid[(int)(second & 511)]).AsByte();
                Vector128<byte> negative = Lanes.Bits(IqGrids.Signs(first >> 9), IqGrids.Signs(second >> 9));
                Lanes.Scale(Lanes.Negate(rows, negative), scale * (0.5f + s) * 0.25f, values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
