using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 18 bytes: a half scale and 4-bit indices into a table of 16 unevenly spaced values (ggml type 20).</summary>
[Key("iq4_nl"), GgmlType(20)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockIQ4_NL : IBlockFormat<BlockIQ4_NL>
{
    internal Half Scale;
    internal Array16<byte> Codes; // 4 bits, planar 16

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockIQ4_NL> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockIQ4_NL block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)block.Scale;
            Vector128<byte> codes = Lanes.Load(block.Codes, 0);
            Lanes.Scale(Vector128.Shuffle(Iq4Codes.Table, (codes & Vector128.Create((byte)15)).AsSByte()), scale, to);
            Lanes.Scale(Vector128.Shuffle(Iq4Codes.Table, (codes >> 4).AsSByte()), scale, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockIQ4_NL> blocks)
    {
        Span<float> weights = stackalloc float[32];
        Span<byte> codes = stackalloc byte[32];
        for (int i = 0; i < blocks.Length; i++)
        {
            ReadOnlySpan<float> x = values.Slice(i * 32, 32);
            CodeFit.Weigh(x, importance.IsEmpty ? default : importance.Slice(i * 32, 32), CodeFit.MeanSquare(x), weights);
            blocks[i].Scale = (Half)CodeFit.Scale(x, weights, new Iq4Codes());
            Iq4Codes.Round(x, (float)blocks[i].Scale, codes);
            Planar.Write(codes, 16, 4, blocks[i].Codes);
        }
    }
}
