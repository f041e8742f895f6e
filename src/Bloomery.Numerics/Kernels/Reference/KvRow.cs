using System.Buffers.Binary;

namespace Bloomery.Numerics.Kernels.Reference;

/// <summary>The bytes of cached keys and values, element by element (<see cref="KvType"/>).</summary>
internal static class KvRow
{
    private const int Block = 32, BlockBytes = 34;

    /// <summary>Writes a row; <paramref name="slot"/> has <see cref="KvLayout.RowBytes"/>.</summary>
    public static void Store(ReadOnlySpan<float> row, KvType type, Span<byte> slot)
    {
        switch (type)
        {
            case KvType.F32:
                for (int i = 0; i < row.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(slot[(4 * i)..], row[i]);
                break;
            case KvType.F16:
                for (int i = 0; i < row.Length; i++) BinaryPrimitives.WriteHalfLittleEndian(slot[(2 * i)..], (Half)row[i]);
                break;
            case KvType.BF16:
                for (int i = 0; i < row.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(slot[(2 * i)..], RoundToBFloat(row[i]));
                break;
            case KvType.Q8_0:
                for (int i = 0; i < row.Length; i += Block)
                    StoreBlock(row.Slice(i, Math.Min(Block, row.Length - i)), slot.Slice(i / Block * BlockBytes, BlockBytes));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>Element <paramref name="i"/> of a stored row.</summary>
    public static float Load(ReadOnlySpan<byte> slot, KvType type, int i) => type switch
    {
        KvType.F32 => BinaryPrimitives.ReadSingleLittleEndian(slot[(4 * i)..]),
        KvType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(slot[(2 * i)..]),
        KvType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(slot[(2 * i)..]) << 16),
        KvType.Q8_0 => (float)BinaryPrimitives.ReadHalfLittleEndian(slot[(i / Block * BlockBytes)..]) * (sbyte)slot[i / Block * BlockBytes + 2 + i % Block],
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The upper 16 bits of the nearest bfloat16, ties to even; NaN stays NaN.</summary>
    public static ushort RoundToBFloat(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        return (ushort)(bits + 0x7fff + (bits >> 16 & 1) >> 16);
    }

    private static void StoreBlock(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float v in values) largest = Math.Max(largest, Math.Abs(v));
        float scale = largest / 127, inverse = scale > 0 ? 1 / scale : 0;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        block[2..].Clear();
        // As ggml: quants come from the unrounded scale, halves round away from zero.
        for (int i = 0; i < values.Length; i++)
            block[2 + i] = (byte)(sbyte)Math.Clamp(MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero), -127, 127);
    }
}
