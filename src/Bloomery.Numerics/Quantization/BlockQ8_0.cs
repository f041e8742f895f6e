using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>32 weights in 34 bytes: a half scale and signed bytes (ggml type 8).</summary>
[Key("q8_0"), GgmlType(8)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ8_0 : IBlockFormat<BlockQ8_0>
{
    internal Half Scale;
    internal Array32<sbyte> Codes;

    /// <inheritdoc/>
    public static int Weights => 32;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ8_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ8_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 32, 32);
            float scale = (float)block.Scale;
            ReadOnlySpan<sbyte> codes = block.Codes;
            Lanes.Scale(Vector128.Create(codes), scale, to);
            Lanes.Scale(Vector128.Create(codes[16..]), scale, to[16..]);
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ8_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 32; e++) values[(i * 32) + e] = scale * blocks[i].Codes[e];
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ8_0> blocks)
    {
        for (int i = 0; i < blocks.Length; i++) blocks[i].Scale = (Half)SimpleFit.Bytes(values.Slice(i * 32, 32), blocks[i].Codes);
    }
}
