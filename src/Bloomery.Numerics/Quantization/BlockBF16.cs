using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Quantization;

/// <summary>One brain float: the upper half of a 32-bit float (ggml type 30); written rounding ties to even, NaNs made quiet.</summary>
[Key("bf16"), GgmlType(30)]
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct BlockBF16 : IBlockFormat<BlockBF16>
{
    /// <summary>The upper 16 bits of the float.</summary>
    public ushort Bits;

    /// <inheritdoc/>
    public static int Weights => 1;

    /// <inheritdoc/>
    public static bool CanQuantize => true;

    /// <inheritdoc/>
    public static void Dequantize(ReadOnlySpan<BlockBF16> blocks, Span<float> values)
    {
        values = values[..blocks.Length];
        ref ushort from = ref Unsafe.As<BlockBF16, ushort>(ref MemoryMarshal.GetReference(blocks));
        ref uint to = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(values));
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= blocks.Length - 32; i += 32)
            {
                (Vector512<uint> lower, Vector512<uint> upper) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)i));
                (lower << 16).StoreUnsafe(ref to, (nuint)i);
                (upper << 16).StoreUnsafe(ref to, (nuint)i + 16);
            }
        }
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= blocks.Length - 16; i += 16)
            {
                (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i));
                (lower << 16).StoreUnsafe(ref to, (nuint)i);
                (upper << 16).StoreUnsafe(ref to, (nuint)i + 8);
            }
        }
        DequantizeScalar(blocks[i..], values[i..]);
    }

    /// <inheritdoc/>
    public static void DequantizeScalar(ReadOnlySpan<BlockBF16> blocks, Span<float> values)
    {
        for (int i = 0; i < blocks.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)blocks[i].Bits << 16);
    }

    /// <inheritdoc/>
    public static void Quantize(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<BlockBF16> blocks)
    {
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(values[i]);
            blocks[i].Bits = float.IsNaN(values[i])
                ? (ushort)((bits >> 16) | 0x40)
                : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16); // half of the last place that remains, less one if that is even
        }
    }
}
