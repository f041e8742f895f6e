namespace Bloomery.Numerics.Quantization;

/// <summary>
/// The eight 6-bit scales and eight 6-bit minima that Q4_K and Q5_K pack into 12 bytes: the first four of each whole, the high bits of the others above them.
/// </summary>
internal static class SixBitScales
{
    /// <summary>Scale and minimum of sub-block <paramref name="index"/>.</summary>
    public static (int Scale, int Minimum) Read(ReadOnlySpan<byte> packed, int index) => index < 4
        ? (packed[index] & 63, packed[index + 4] & 63)
        : ((packed[index + 4] & 15) | ((packed[index - 4] >> 6) << 4), (packed[index + 4] >> 4) | ((packed[index] >> 6) << 4));

    /// <summary>Packs eight scales and eight minima, each below 64.</summary>
    public static void Write(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima, Span<byte> packed)
    {
        for (int i = 0; i < 4; i++)
        {
            packed[i] = (byte)(scales[i] | ((scales[i + 4] >> 4) << 6));
            packed[i + 4] = (byte)(minima[i] | ((minima[i + 4] >> 4) << 6));
            packed[i + 8] = (byte)((scales[i + 4] & 15) | ((minima[i + 4] & 15) << 4));
        }
    }
}
