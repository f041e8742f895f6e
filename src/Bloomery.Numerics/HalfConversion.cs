using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bloomery.Numerics;

/// <summary>
/// Bulk conversion between half and single precision with integer vector operations: .NET exposes no F16C. Bit-equal to the casts of <see cref="Half"/>, but
/// that NaNs keep only the payload that fits.
/// </summary>
/// <remarks>
/// Widening puts the half's exponent and fraction at the single's place and adds the difference of the biases. That is all for a vector of normal
/// numbers; in any other, an exponent of all ones gets that difference once more.
/// A subnormal half is read as a normal one with an implied leading one, which a subtraction then takes away: exact, and free of subnormal singles, which stall
/// some processors.
/// </remarks>
internal static class HalfConversion
{
    private const uint BiasDifference = (127 - 15) << 23;
    private const ushort SmallestNormalHalf = 0x0400;
    private const ushort NormalHalves = 0x7800;              // how many of each sign
    private const int SignAndMagnitude = unchecked((int)0x8FFFE000);
    private const uint SmallestNormal = 113u << 23;          // 2^-14 as a single
    private const uint Overflow = 143u << 23;                // 2^16: beyond every half
    private const uint SubnormalShift = (127 - 15 + 23 - 10 + 1) << 23; // 0.5: its last bit is worth the smallest half

    /// <summary>Widens halves to singles: exact.</summary>
    /// <param name="source">(n) halves.</param>
    /// <param name="destination">At least (n) singles.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static void Widen(ReadOnlySpan<Half> source, Span<float> destination)
    {
        if (destination.Length < source.Length) throw new ArgumentException("destination is shorter than source", nameof(destination));
        ref ushort from = ref Unsafe.As<Half, ushort>(ref MemoryMarshal.GetReference(source));
        ref float to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= source.Length - 16; i += 16)
            {
                Vector256<ushort> halves = Vector256.LoadUnsafe(ref from, (nuint)i);
                Vector256<ushort> distance = (halves & Vector256.Create((ushort)0x7FFF)) - Vector256.Create(SmallestNormalHalf);
                if (Vector256.GreaterThanOrEqualAny(distance, Vector256.Create(NormalHalves)))
                {
                    WidenAny16(ref Unsafe.Add(ref from, i), ref Unsafe.Add(ref to, i));
                    continue;
                }
                Vector512<int> wide = Vector512.WidenLower(halves.AsInt16().ToVector512Unsafe()); // the sign spreads over the upper half
                (((wide << 13) & Vector512.Create(SignAndMagnitude)) + Vector512.Create((int)BiasDifference)).AsSingle().StoreUnsafe(ref to, (nuint)i);
            }
        }
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= source.Length - 8; i += 8)
            {
                Vector128<ushort> halves = Vector128.LoadUnsafe(ref from, (nuint)i);
                Vector128<ushort> distance = (halves & Vector128.Create((ushort)0x7FFF)) - Vector128.Create(SmallestNormalHalf);
                if (Vector128.GreaterThanOrEqualAny(distance, Vector128.Create(NormalHalves)))
                {
                    WidenAny8(ref Unsafe.Add(ref from, i), ref Unsafe.Add(ref to, i));
                    continue;
                }
                Vector256<int> wide = Vector256.WidenLower(halves.AsInt16().ToVector256Unsafe());
                (((wide << 13) & Vector256.Create(SignAndMagnitude)) + Vector256.Create((int)BiasDifference)).AsSingle().StoreUnsafe(ref to, (nuint)i);
            }
        }
        for (; i < source.Length; i++) destination[i] = (float)source[i];
    }

    /// <summary>Rounds singles to halves, ties to even; what is too large becomes infinite.</summary>
    /// <param name="source">(n) singles.</param>
    /// <param name="destination">At least (n) halves.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static void Narrow(ReadOnlySpan<float> source, Span<Half> destination)
    {
        if (destination.Length < source.Length) throw new ArgumentException("destination is shorter than source", nameof(destination));
        ref float from = ref MemoryMarshal.GetReference(source);
        ref ushort to = ref Unsafe.As<Half, ushort>(ref MemoryMarshal.GetReference(destination));
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= source.Length - 8; i += 8) Narrow(Vector256.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < source.Length; i++) destination[i] = (Half)source[i];
    }

    /// <summary>Rounds 8 singles to the bits of halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a call would pass its vectors through memory: 4 times slower
    private static Vector128<ushort> Narrow(Vector256<float> singles)
    {
        Vector256<uint> bits = singles.AsUInt32();
        Vector256<uint> sign = (bits >> 16) & Vector256.Create(0x8000u);
        Vector256<uint> magnitude = bits & Vector256.Create(0x7FFFFFFFu);
        // Adding half of the last place that remains, less one if that place is even, rounds ties to even.
        Vector256<uint> odd = (magnitude >> 13) & Vector256<uint>.One;
        Vector256<uint> normal = (magnitude - Vector256.Create(BiasDifference) + Vector256.Create(0xFFFu) + odd) >> 13;
        // For results below 2^-14 the adder itself rounds: the sum's last bit is worth the smallest half.
        Vector256<uint> subnormal = (magnitude.AsSingle() + Vector256.Create(SubnormalShift).AsSingle()).AsUInt32() - Vector256.Create(SubnormalShift);
        Vector256<uint> nan = Vector256.GreaterThan(magnitude,
            Vector256.Create(0x7F800000u)) & (Vector256.Create(0x200u) | ((magnitude >> 13) & Vector256.Create(0x3FFu)));
        Vector256<uint> half = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(SmallestNormal)), subnormal, normal);
        half = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(Overflow)), Vector256.Create(0x7C00u) | nan, half) | sign;
        return Vector128.Narrow(half.GetLower(), half.GetUpper());
    }

    // Zeros, subnormals, infinities and NaNs among others. Apart, and through memory: around a call within the loop every vector would be spilled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WidenAny16(ref ushort from, ref float to)
    {
        WidenAny8(ref from, ref to);
        WidenAny8(ref Unsafe.Add(ref from, 8), ref Unsafe.Add(ref to, 8));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WidenAny8(ref ushort from, ref float to)
    {
        Vector256<uint> bits = Vector256.WidenLower(Vector128.LoadUnsafe(ref from).ToVector256Unsafe());
        Vector256<uint> magnitude = (bits & Vector256.Create(0x7FFFu)) << 13;
        Vector256<uint> exponent = magnitude & Vector256.Create(0x0F800000u);
        Vector256<uint> biased = magnitude + Vector256.Create(BiasDifference);
        biased += Vector256.Equals(exponent, Vector256.Create(0x0F800000u)) & Vector256.Create(BiasDifference);
        Vector256<uint> subnormal = ((biased + Vector256.Create(1u << 23)).AsSingle() - Vector256.Create(SmallestNormal).AsSingle()).AsUInt32();
        biased = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256<uint>.Zero), subnormal, biased);
        (biased | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle().StoreUnsafe(ref to);
    }
}
