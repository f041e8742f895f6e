using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// 32 activations in 36 bytes: as <see cref="BlockQ8_0"/> with scale * sum(codes) besides, which products with formats that have a minimum need (ggml type 9;
/// not met in files).
/// </summary>
[Key("q8_1"), GgmlType(9)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ8_1 : IBlockFormat<BlockQ8_1>
{
    internal Half Scale;
    internal Half Sum; // of the unrounded scale times the codes
    internal Array32<sbyte> Codes;

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ8_1> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)blocks[i].Scale;
            ReadOnlySpan<sbyte> codes = blocks[i].Codes;
            Lanes.Scale(Vector128.Create(codes), scale, to);
            Lanes.Scale(Vector128.Create(codes[16..]), scale, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ8_1> blocks)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = SimpleFit.Bytes(values.Slice(i * 32, 32), blocks[i].Codes);
            int sum = 0;
            foreach (sbyte code in blocks[i].Codes) sum += code;
            blocks[i].Scale = (Half)scale;
            blocks[i].Sum = (Half)(scale * sum);
        }
    }
}
