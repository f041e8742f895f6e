using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Bloomery.Numerics.Kernels.Reference;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Cached keys and values to floats and back, a vector at a time; <see cref="KvRow"/> is the specification.</summary>
internal static unsafe class KvRows<TWidth, TVector>
    where TWidth : IWidth<TVector>
    where TVector : struct
{
    /// <summary>Expands a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load(byte* slot, KvType type, int dim, float* row)
    {
        int i = 0, last = dim - TWidth.Count;
        switch (type)
        {
            case KvType.F32:
                for (; i <= last; i += TWidth.Count) TWidth.Store(TWidth.Load((float*)slot + i), row + i);
                break;
            case KvType.F16:
                for (; i <= last; i += TWidth.Count) TWidth.Store(TWidth.LoadHalf((ushort*)slot + i), row + i);
                break;
            case KvType.BF16:
                for (; i <= last; i += TWidth.Count) TWidth.Store(TWidth.LoadBFloat((ushort*)slot + i), row + i);
                break;
            case KvType.Q8_0:
                for (; i < dim / 32 * 32; i += 32)
                {
                    byte* block = slot + i / 32 * 34;
                    TVector scale = TWidth.Broadcast((float)*(Half*)block);
                    for (int j = 0; j < 32; j += TWidth.Count) TWidth.Store(TWidth.Multiply(scale, TWidth.LoadSignedBytes((sbyte*)block + 2 + j)), row + i + j);
                }
                break;
        }
        ReadOnlySpan<byte> bytes = new(slot, KvLayout.RowBytes(type, dim));
        for (; i < dim; i++) row[i] = KvRow.Load(bytes, type, i);
    }

    /// <summary>Rounds a row to 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(ReadOnlySpan<float> row, KvType type, Span<byte> slot)
    {
        int i = 0;
        fixed (float* source = row)
        fixed (byte* target = slot)
        {
            if (type == KvType.F16)
                for (; i <= row.Length - 8; i += 8) StoreEight(ToHalf(Vector256.Load((uint*)source + i)), target + 2 * i);
            else
                for (; i <= row.Length - 8; i += 8) StoreEight(ToBFloat(Vector256.Load((uint*)source + i)), target + 2 * i);
        }
        KvRow.Store(row[i..], type, slot[(2 * i)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEight(Vector256<uint> values, byte* target) => Vector128.Narrow(values.GetLower(), values.GetUpper()).Store((ushort*)target);

    /// <summary>Rounds to nearest, ties to even: normal halfs by adding to the bits, subnormal ones by the adder, what is too large to infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ToHalf(Vector256<uint> bits)
    {
        Vector256<uint> sign = bits & Vector256.Create(0x80000000u), f = bits ^ sign;
        Vector256<uint> normal = f + Vector256.Create(unchecked((uint)(15 - 127 << 23) + 0xfff)) + (f >> 13 & Vector256<uint>.One) >> 13;
        Vector256<uint> magic = Vector256.Create((uint)(127 - 15 + 23 - 10 + 1 << 23));
        Vector256<uint> small = (f.AsSingle() + magic.AsSingle()).AsUInt32() - magic;
        Vector256<uint> special = Vector256.ConditionalSelect(Vector256.GreaterThan(f.AsInt32(), Vector256.Create(0x7f800000)).AsUInt32(),
            Vector256.Create(0x7e00u), Vector256.Create(0x7c00u));
        Vector256<uint> half = Vector256.ConditionalSelect(Vector256.LessThan(f.AsInt32(), Vector256.Create(113 << 23)).AsUInt32(), small, normal);
        half = Vector256.ConditionalSelect(Vector256.GreaterThan(f.AsInt32(), Vector256.Create((127 + 16 << 23) - 1)).AsUInt32(), special, half);
        return half | sign >> 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ToBFloat(Vector256<uint> bits)
    {
        Vector256<uint> rounded = bits + Vector256.Create(0x7fffu) + (bits >> 16 & Vector256<uint>.One) >> 16;
        Vector256<int> magnitude = (bits & Vector256.Create(0x7fffffffu)).AsInt32();
        return Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(0x7f800000)).AsUInt32(),
            bits >> 16 | Vector256.Create(0x40u), rounded);
    }
}
