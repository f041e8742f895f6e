using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bloomery.Numerics.Quantization;

/// <summary>
/// What the vector form of every format is made of: sixteen codes in a vector of bytes, expanded to sixteen floats. Products and sums are rounded separately,
/// so results equal those of scalar code.
/// </summary>
internal static class Lanes
{
    /// <summary>values[j] = scale * codes[j], 16 of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> codes, float scale, Span<float> values)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            (Widen512(codes) * scale).CopyTo(values);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            (Vector256<float> lower, Vector256<float> upper) = Widen256(codes);
            (lower * scale).CopyTo(values);
            (upper * scale).CopyTo(values[8..]);
        }
        else
        {
            (Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) = Widen128(codes);
            (a * scale).CopyTo(values);
            (b * scale).CopyTo(values[4..]);
            (c * scale).CopyTo(values[8..]);
            (d * scale).CopyTo(values[12..]);
        }
    }

    /// <summary>values[j] = scale * codes[j] + offset, 16 of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleAdd(Vector128<sbyte> codes, float scale, float offset, Span<float> values)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ((Widen512(codes) * scale) + Vector512.Create(offset)).CopyTo(values);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> add = Vector256.Create(offset);
            (Vector256<float> lower, Vector256<float> upper) = Widen256(codes);
            ((lower * scale) + add).CopyTo(values);
            ((upper * scale) + add).CopyTo(values[8..]);
        }
        else
        {
            Vector128<float> add = Vector128.Create(offset);
            (Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) = Widen128(codes);
            ((a * scale) + add).CopyTo(values);
            ((b * scale) + add).CopyTo(values[4..]);
            ((c * scale) + add).CopyTo(values[8..]);
            ((d * scale) + add).CopyTo(values[12..]);
        }
    }

    /// <summary>Sixteen bytes from <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ReadOnlySpan<byte> bytes, int offset) => Vector128.Create(bytes.Slice(offset, 16));

    /// <summary>
    /// All ones in the bytes whose bit is set: byte j looks at bit j of <paramref name="low"/>, byte 8 + j at bit j of <paramref name="high"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Bits(byte low, byte high)
    {
        Vector128<byte> place = Vector128.Create(0x8040201008040201ul).AsByte();
        Vector128<byte> spread = Vector128.Create(low * 0x0101010101010101ul, high * 0x0101010101010101ul).AsByte();
        return Vector128.Equals(spread & place, place);
    }

    /// <summary>Negates the codes whose byte in <paramref name="mask"/> is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Negate(Vector128<byte> codes, Vector128<byte> mask) => ((codes ^ mask) - mask).AsSByte();

    private static Vector512<float> Widen512(Vector128<sbyte> codes) =>
        Vector512.ConvertToSingle(Vector512.WidenLower(Vector512.WidenLower(codes.ToVector256Unsafe().ToVector512Unsafe())));

    private static (Vector256<float> Lower, Vector256<float> Upper) Widen256(Vector128<sbyte> codes)
    {
        (Vector256<int> lower, Vector256<int> upper) = Vector256.Widen(Vector256.WidenLower(codes.ToVector256Unsafe()));
        return (Vector256.ConvertToSingle(lower), Vector256.ConvertToSingle(upper));
    }

    private static (Vector128<float> A, Vector128<float> B, Vector128<float> C, Vector128<float> D) Widen128(Vector128<sbyte> codes)
    {
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(codes);
        (Vector128<int> a, Vector128<int> b) = Vector128.Widen(lower);
        (Vector128<int> c, Vector128<int> d) = Vector128.Widen(upper);
        return (Vector128.ConvertToSingle(a), Vector128.ConvertToSingle(b), Vector128.ConvertToSingle(c), Vector128.ConvertToSingle(d));
    }
}
