using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 98 bytes: rows of four from a code book of 256, signs per eight, and per 32 a 4-bit scale under a half; scale * (s + 0.5) / 2 (ggml type 18).
/// </summary>
[Key("iq3_xxs"), GgmlType(18)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ3_XXS : IBlockFormat<BlockIQ3_XXS>
{
    internal Half Scale;
    internal Array64<byte> Rows; // row index, per 4
    internal Array8<uint> Signs; // per 32: four sign indices of 7 bits, 4 bits of scale

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ3_XXS> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq3XXS;
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ3_XXS block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int part = 0; part < 16; part++) // four rows
            {
                ReadOnlySpan<byte> rows = block.Rows[(4 * part)..];
                uint group = block.Signs[part / 2], signs = group >> (part % 2 * 14);
                ulong low = grid[rows[0]] | (grid[rows[1]] << 32), high = grid[rows[2]] | (grid[rows[3]] << 32);
                Vector128<byte> negative = Lanes.Bits(IqGrids.Signs(signs), IqGrids.Signs(signs >> 7));
                Lanes.Scale(Lanes.Negate(Vector128.Create(low, high).AsByte(), negative), scale * (0.5f + (group >> 28)) * 0.5f,
                    values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
