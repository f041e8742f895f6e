using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 256 ternary weights in 66 bytes: 2-bit codes and a half scale; scale * (code - 1), so that the code 3, which is never written, is +2 (ggml type 35).
/// </summary>
[Key("tq2_0"), GgmlType(35)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockTQ2_0 : IBlockFormat<BlockTQ2_0>
{
    internal Array64<byte> Codes; // 2 bits, planar 32
    internal Half Scale;

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockTQ2_0> blocks, Span<float> values)
    {
        Vector128<byte> pair = Vector128.Create((byte)3);
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockTQ2_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 256, 256);
            float scale = (float)block.Scale;
            for (int half = 0; half < 2; half++)
            {
                Vector128<byte> first = Lanes.Load(block.Codes, 32 * half), second = Lanes.Load(block.Codes, (32 * half) + 16);
                for (int e = 128 * half; e < (128 * half) + 128; e += 32)
                {
                    Lanes.Scale(((first & pair) - Vector128<byte>.One).AsSByte(), scale, to[e..]);
                    Lanes.Scale(((second & pair) - Vector128<byte>.One).AsSByte(), scale, to[(e + 16)..]);
                    first >>= 2;
                    second >>= 2;
                }
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockTQ2_0> blocks)
    {
        Span<byte> codes = stackalloc byte[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Scale = (Half)SimpleFit.Ternary(values.Slice(i * 256, 256), codes);
            Planar.Write(codes, 32, 2, blocks[i].Codes);
        }
    }
}
