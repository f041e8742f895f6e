using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>256 weights in 110 bytes: per 16 a 6-bit scale under a half, and 3-bit codes; scale * (s - 32) * (code - 4) (ggml type 11).</summary>
[Key("q3_k"), GgmlType(11)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockQ3_K : IBlockFormat<BlockQ3_K>
{
    internal Array32<byte> HighBits; // the codes' third bit, planar 32
    internal Array64<byte> Codes;    // low 2 bits, planar 32
    internal Array12<byte> Scales;   // 8 bytes of low nibbles (0-7 low, 8-15 high), 4 bytes of high pairs (planar 4)
    internal Half Scale;

    /// <inheritdoc/>
    public static int Weights => 256;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockQ3_K> blocks, Span<float> values)
    {
        Vector128<byte> pair = Vector128.Create((byte)3), four = Vector128.Create((byte)4);
        Span<sbyte> scales = stackalloc sbyte[16];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref readonly BlockQ3_K block = ref blocks[i];
            Span<float> to = values.Slice(i * 256, 256);
            float scale = (float)block.Scale;
            ReadScales(block.Scales, scales);
            Vector128<byte> firstHigh = Lanes.Load(block.HighBits, 0), secondHigh = Lanes.Load(block.HighBits, 16);
            for (int half = 0; half < 2; half++) // 32 bytes hold eight sub-blocks of 16
            {
                Vector128<byte> first = Lanes.Load(block.Codes, 32 * half), second = Lanes.Load(block.Codes, (32 * half) + 16);
                for (int s = 8 * half; s < (8 * half) + 8; s += 2)
                {
                    Lanes.Scale((((first & pair) | ((firstHigh << 2) & four)) - four).AsSByte(), scale * scales[s], to[(16 * s)..]);
                    Lanes.Scale((((second & pair) | ((secondHigh << 2) & four)) - four).AsSByte(), scale * scales[s + 1], to[((16 * s) + 16)..]);
                    first >>= 2;
                    second >>= 2;
                    firstHigh >>= 1;
                    secondHigh >>= 1;
                }
            }
        }
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockQ3_K> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            float scale = (float)blocks[i].Scale;
            for (int e = 0; e < 256; e++)
            {
                int code = Planar.Read(blocks[i].Codes, 32, 2, e) | (Planar.Read(blocks[i].HighBits, 32, 1, e) << 2);
                values[(i * 256) + e] = scale * ReadScale(blocks[i].Scales, e / 16) * (code - 4);
            }
        }
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockQ3_K> blocks)
    {
        Span<byte> codes = stackalloc byte[256], scaleCodes = stackalloc byte[16];
        Span<sbyte> scales = stackalloc sbyte[16];
        for (int i = 0; i < blocks.Length; i++)
        {
            ref BlockQ3_K block = ref blocks[i];
            ReadOnlySpan<float> x = values.Slice(i * 256, 256);
            block.Scale = SuperBlockFit.Scales(x, importance.IsEmpty ? default : importance.Slice(i * 256, 256), 16, new UniformCodes(-4, 3), -32, scales);
            for (int s = 0; s < 16; s++)
            {
                scaleCodes[s] = (byte)(scales[s] + 32);
                CodeFit.Round(x.Slice(16 * s, 16), (float)block.Scale * scales[s], -4, 3, codes.Slice(16 * s, 16));
            }
            WriteScales(scaleCodes, block.Scales);
            Planar.Write(codes, 32, 2, block.Codes);
            Planar.Write(codes, 32, 1, block.HighBits, shift: 2);
        }
    }

    /// <summary>Scale <paramref name="s"/> of the sixteen, -32 to 31.</summary>
    internal static int ReadScale(ReadOnlySpan<byte> scales, int s) => (Planar.Read(scales, 8, 4, s) | (Planar.Read(scales[8..], 4, 2, s) << 4)) - 32;

    /// <summary>Packs sixteen scales, raised by 32.</summary>
    internal static void WriteScales(ReadOnlySpan<byte> scales, Span<byte> packed)
    {
        Planar.Write(scales, 8, 4, packed[..8]);
        Planar.Write(scales, 4, 2, packed[8..], shift: 4);
    }

    // All sixteen at once: bytes in a register, nibbles from the first eight bytes, pairs above them from the last four.
    private static void ReadScales(ReadOnlySpan<byte> packed, Span<sbyte> scales)
    {
        ulong low = MemoryMarshal.Read<ulong>(packed);
        uint pairs = MemoryMarshal.Read<uint>(packed[8..]);
        Vector128<byte> nibbles = Vector128.Create(low, low >> 4).AsByte() & Vector128.Create((byte)15);
        Vector128<byte> high = (Vector128.Create(pairs, pairs >> 2, pairs >> 4, pairs >> 6).AsByte() & Vector128.Create((byte)3)) << 4;
        ((nibbles | high) - Vector128.Create((byte)32)).AsSByte().CopyTo(scales);
    }
}
