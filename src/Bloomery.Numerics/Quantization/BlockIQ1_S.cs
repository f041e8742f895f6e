using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 50 bytes: rows of eight ternary values from a code book of 2048, and per 32 a shift of an eighth up or down and a 3-bit scale under a half;
/// scale * (2 * s + 1) * (row + shift) (ggml type 19).
/// </summary>
[Key("iq1_s"), GgmlType(19)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ1_S : IBlockFormat<BlockIQ1_S>
{
    internal Half Scale;
    internal Array32<byte> Rows;    // low 8 bits of the row index, per 8
    internal Array8<ushort> Groups; // per 32: the high 3 bits of four row indices, 3 bits of scale, 1 bit: shift down

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ1_S> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq1; // in eighths
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ1_S block = ref blocks[i];
            float scale = (float)block.Scale * 0.125f;
            for (int part = 0; part < 16; part++) // two rows
            {
                int group = block.Groups[part / 2], high = group >> (part % 2 * 6);
                ulong first = grid[block.Rows[2 * part] | ((high & 7) << 8)], second = grid[block.Rows[(2 * part) + 1] | ((high & 0x38) << 5)];
                Vector128<sbyte> shift = Vector128.Create((sbyte)((group & 0x8000) == 0 ? 1 : -1));
                Lanes.Scale(Vector128.Create(first, second).AsSByte() + shift, scale * ((2 * ((group >> 12) & 7)) + 1),
                    values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
