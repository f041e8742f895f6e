using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 66 bytes: rows of eight from a code book of 256, their signs, and per 32 a 4-bit scale under a half; scale * (s + 0.5) / 4 (ggml type 16).
/// </summary>
[Key("iq2_xxs"), GgmlType(16)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ2_XXS : IBlockFormat<BlockIQ2_XXS>
{
    internal Half Scale;
    internal Array8<ulong> Groups; // per 32: four row indices of 8 bits, four sign indices of 7 bits, 4 bits of scale

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ2_XXS> blocks, Span<float> values)
    {
        ReadOnlySpan<ulong> grid = IqGrids.Iq2XXS;
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ2_XXS block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int part = 0; part < 16; part++) // two rows
            {
                ulong group = block.Groups[part / 2];
                int first = part % 2 * 2;
                uint signs = (uint)(group >> (32 + (first * 7)));
                Vector128<byte> rows = Vector128.Create(grid[(byte)(group >> (8 * first))], grid[(byte)(group >> ((8 * first) + 8))]).AsByte();
                Vector128<byte> negative = Lanes.Bits(IqGrids.Signs(signs), IqGrids.Signs(signs >> 7));
                Lanes.Scale(Lanes.Negate(rows, negative), scale * (0.5f + (group >> 60)) * 0.25f, values.Slice((i * 256) + (part * 16), 16));
            }
        }
    }
}
