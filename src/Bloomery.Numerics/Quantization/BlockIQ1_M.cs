using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 56 bytes: as <see cref="BlockIQ1_S"/>, but with a shift per eight and a scale per 16, and the half scale scattered over the top nibbles of
/// the scales (ggml type 29).
/// </summary>
[Key("iq1_m"), GgmlType(29)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ1_M : IBlockFormat<BlockIQ1_M>
{
    internal Array32<byte> Rows;     // low 8 bits of the row index, per 8
    internal Array16<byte> HighRows; // nibbles, per 8: 3 high bits of the row index, 1 bit: shift down
    internal Array4<ushort> Scales;  // four times 3 bits of scale, per 16; then 4 bits of the half, lowest first

    private readonly Half Scale =>
        BitConverter.UInt16BitsToHalf((ushort)((Scales[0] >> 12) | ((Scales[1] >> 12) << 4) | ((Scales[2] >> 12) << 8) | ((Scales[3] >> 12) << 12)));

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ1_M> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq1; // in eighths
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ1_M block = ref blocks[i];
            float scale = (float)block.Scale * 0.125f;
            for (int part = 0; part < 16; part++) // two rows
            {
                int high = block.HighRows[part], s = (block.Scales[part / 4] >> (part % 4 * 3)) & 7;
                ulong first = grid[block.Rows[2 * part] | ((high & 7) << 8)], second = grid[block.Rows[(2 * part) + 1] | ((high & 0x70) << 4)];
                Vector128<byte> down = Lanes.Bits((byte)((high & 8) == 0 ? 0 : 255), (byte)((high & 128) == 0 ? 0 : 255));
                Vector128<sbyte> shift = Lanes.Negate(Vector128<byte>.One, down);
                Lanes.Scale(Vector128.Create(first, second).AsSByte() + shift, scale * ((2 * s) + 1), values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
