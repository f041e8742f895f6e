using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 82 bytes: rows of eight from a code book of 1024, their signs, and per 16 a 4-bit scale under a half; scale * (s + 0.5) / 4 (ggml type 22).
/// </summary>
[Key("iq2_s"), GgmlType(22)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ2_S : IBlockFormat<BlockIQ2_S>
{
    internal Half Scale;
    internal Array32<byte> Rows;    // low 8 bits of the row index, per 8
    internal Array32<byte> Signs;   // per 8
    internal Array8<byte> HighRows; // high 2 bits of four row indices, per 32
    internal Array8<byte> Scales;   // nibbles, per 16

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ2_S> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq2S;
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ2_S block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int part = 0; part < 16; part++) // two rows
            {
                int first = 2 * part, high = block.HighRows[part / 2] >> (part % 2 * 4);
                int s = (block.Scales[part / 2] >> (part % 2 * 4)) & 15;
                ulong low = grid[block.Rows[first] | ((high & 3) << 8)], next = grid[block.Rows[first + 1] | ((high & 12) << 6)];
                Vector128<byte> negative = Lanes.Bits(block.Signs[first], block.Signs[first + 1]);
                Lanes.Scale(Lanes.Negate(Vector128.Create(low, next).AsByte(), negative), scale * (0.5f + s) * 0.25f,
                    values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
