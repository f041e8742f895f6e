namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The vector operations that the portable kernels are written in, for one vector width: kernels are generic over it and written once.</summary>
/// <typeparam name="TVector">The vector of floats: <c>Vector128&lt;float&gt;</c>, <c>Vector256&lt;float&gt;</c> or <c>Vector512&lt;float&gt;</c>. Bits are
/// carried in it as well.</typeparam>
internal unsafe interface IWidth<TVector> where TVector : struct
{
    /// <summary>Lanes.</summary>
    static abstract int Count { get; }

    /// <summary>Whether there are 32 registers of this width, so that 24 accumulators fit.</summary>
    static abstract bool ManyRegisters { get; }

    /// <summary>What the processor lacks for this width; null if nothing.</summary>
    static abstract string? MissingFeature { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* target);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, fused where the processor does so.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The larger; b where either is NaN (so pass the value that may be NaN as b).</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The smaller; b where either is NaN.</summary>
    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Abs(TVector value);

    /// <summary>a &lt; b ? yes : no, per lane; no where either is NaN.</summary>
    static abstract TVector IfLess(TVector a, TVector b, TVector yes, TVector no);

    static abstract float Sum(TVector value);

    static abstract float MaxAcross(TVector value);

    /// <summary>The nearest integer.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>2^n for whole n from -126 to 127.</summary>
    static abstract TVector PowerOfTwo(TVector n);

    /// <summary>Rounds to bfloat16, ties to even; for finite values.</summary>
    static abstract TVector RoundToBFloat(TVector value);

    /// <summary>Widens half floats, exactly; infinities and NaN included.</summary>
    static abstract TVector LoadHalf(ushort* source);

    /// <summary>Widens bfloat16s.</summary>
    static abstract TVector LoadBFloat(ushort* source);

    /// <summary>Converts signed bytes.</summary>
    static abstract TVector LoadSignedBytes(sbyte* source);

    /// <summary>Converts unsigned bytes.</summary>
    static abstract TVector LoadBytes(byte* source);

    /// <summary>Loads dwords as they are.</summary>
    static abstract TVector LoadBits(uint* source);

    /// <summary>Bits shift to shift + 3 of each dword, as a float.</summary>
    static abstract TVector Nibble(TVector bits, int shift);

    /// <summary>Bits shift and shift + 1 of each dword, as a float.</summary>
    static abstract TVector Pair(TVector bits, int shift);

    /// <summary>A pair of bits of low with one of high above it: (low >> lowShift &amp; 3) | (high >> highShift &amp; 1) &lt;&lt; 2, as a float.</summary>
    static abstract TVector PairWith(TVector low, int lowShift, TVector high, int highShift);

    /// <summary>Of a table of 16 values the one that bits shift to shift + 3 of each dword pick.</summary>
    static abstract TVector Lookup(float* table, TVector bits, int shift);

    /// <summary>Shifts each dword down.</summary>
    static abstract TVector ShiftRight(TVector bits, int count);

    /// <summary>
    /// A nibble of low with further bits of high above it: (low >> lowShift &amp; 15) | (high >> highShift &amp; mask) &lt;&lt; 4, as a float.
    /// </summary>
    static abstract TVector NibbleWith(TVector low, int lowShift, TVector high, int highShift, uint mask);

    /// <summary>The signed byte whose highest bit is bit 31 - shift of each dword, as a float.</summary>
    static abstract TVector SignedByte(TVector bits, int shift);
}
