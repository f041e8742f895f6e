using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 weights in 136 bytes: 4-bit indices into the table of <see cref="BlockIQ4_NL"/>, and per 32 a 6-bit scale under a half; scale * (s - 32) * table[index]
/// (ggml type 23).
/// </summary>
[Key("iq4_xs"), GgmlType(23)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ4_XS : IBlockFormat<BlockIQ4_XS>
{
    internal Half Scale;
    internal ushort HighScales;     // high 2 bits of the eight scales
    internal Array4<byte> LowScales; // low 4 bits
    internal Array128<byte> Codes;   // 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ4_XS> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ4_XS block = ref blocks[i];
            float scale = (float)block.Scale;
            for (int s = 0; s < 8; s++)
            {
                Span<float> to = values.Slice((i * 256) + (s * 32), 32);
                int code = ((block.LowScales[s / 2] >> (s % 2 * 4)) & 15) | (((block.HighScales >> (2 * s)) & 3) << 4);
                float step = scale * (code - 32);
                Vector128<byte> codes = Lanes.Load(block.Codes, 16 * s);
                Lanes.Scale(Vector128.Shuffle(Iq4Codes.Table, (codes & Vector128.Create((byte)15)).AsSByte()), step, to);
                Lanes.Scale(Vector128.Shuffle(Iq4Codes.Table, (codes >> 4).AsSByte()), step, to[16..]);
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockIQ4_XS> blocks)
    {
        Span<byte> codes = stackalloc byte[256];
        Span<sbyte> scales = stackalloc sbyte[8];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref BlockIQ4_XS block = ref blocks[i];
            ReadOnlySpan<float> x = values.Slice(i * 256, 256);
            block.Scale = SuperBlockFit.Scales(x, importance.IsEmpty ? default : importance.Slice(i * 256, 256), 32, new Iq4Codes(), -32, scales);
            block.HighScales = 0;
            block.LowScales = default;
            for (int s = 0; s < 8; s++)
            {
                int code = scales[s] + 32;
                block.LowScales[s / 2] |= (byte)((code & 15) << (s % 2 * 4));
                block.HighScales |= (ushort)((code >> 4) << (2 * s));
                Iq4Codes.Round(x.Slice(32 * s, 32), (float)block.Scale * scales[s], codes.Slice(32 * s, 32));
            }
            Planar.Write(codes, 16, 4, block.Codes);
        }
    }
}
