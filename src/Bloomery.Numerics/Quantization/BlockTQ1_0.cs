using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>256 ternary weights in 54 bytes: base-3 digits, five to a byte, and a half scale; scale * (digit - 1) (ggml type 34).</summary>
[Key("tq1_0"), GgmlType(34)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockTQ1_0 : IBlockFormat<BlockTQ1_0>
{
    internal Array48<byte> Codes; // elements 0-159: 32 bytes, digits planar 32; 160-239: 16 bytes, planar 16
    internal Array4<byte> Rest;   // 240-255: four digits a byte, planar 4
    internal Half Scale;

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockTQ1_0> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockTQ1_0 block = ref blocks[i];
            Span<float> to = values.Slice(i * 256, 256);
            float scale = (float)block.Scale;
            // A byte is a fraction of 256: tripling it moves the next digit to the front, and what overflows is done with.
            Vector128<byte> first = Lanes.Load(block.Codes, 0), second = Lanes.Load(block.Codes, 16), third = Lanes.Load(block.Codes, 32);
            for (int digit = 0; digit < 5; digit++)
            {
                Lanes.Scale(Digits(first), scale, to[(32 * digit)..]);
                Lanes.Scale(Digits(second), scale, to[((32 * digit) + 16)..]);
                Lanes.Scale(Digits(third), scale, to[(160 + (16 * digit))..]);
                first += first + first;
                second += second + second;
                third += third + third;
            }
            Vector128<byte> rest = Vector128.Create(MemoryMarshal.Read<uint>(block.Rest)).AsByte();
            rest *= Vector128.Create(0x01010101u, 0x03030303u, 0x09090909u, 0x1B1B1B1Bu).AsByte();
            Lanes.Scale(Digits(rest), scale, to[240..]);
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockTQ1_0> blocks)
    {
        Span<byte> codes = stackalloc byte[256];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Scale = (Half)SimpleFit.Ternary(values.Slice(i * 256, 256), codes);
            Pack(codes[..160], 32, 5, blocks[i].Codes[..32]);
            Pack(codes[160..240], 16, 5, blocks[i].Codes[32..]);
            Pack(codes[240..], 4, 4, blocks[i].Rest);
        }
    }

    // The digit in front, less one: 3 * b / 256 is 1 from 86 on and 2 from 171 on.
    private static Vector128<sbyte> Digits(Vector128<byte> b) =>
        (Vector128<byte>.AllBitsSet - Vector128.GreaterThanOrEqual(b, Vector128.Create((byte)86))
            - Vector128.GreaterThanOrEqual(b, Vector128.Create((byte)171))).AsSByte();

    private static void Pack(ReadOnlySpan<byte> codes, int stride, int digits, Span<byte> packed)
    {
        for (int b = 0; b < stride; b++)
        {
            int number = 0;
            for (int digit = 0; digit < 5; digit++) number = (number * 3) + (digit < digits ? codes[b + (digit * stride)] : 0);
            packed[b] = (byte)(((number * 256) + 242) / 243); // rounded up, so that the digits come out of the truncated products
        }
    }
}
