namespace Bloomery.Numerics.Quantization;

/// <summary>
/// The code books of the IQ formats: a row of eight (IQ3: four) small values, picked by its index. The rows are those numbers, in base 3 (IQ3: 8),
/// that lie close to what trained weights need; a digit is an index into the book's few values, the lowest digit is the row's first value.
/// </summary>
internal static partial class IqGrids
{
    /// <summary>2048 rows of eight from -1, 0, 1, times eight, so that the formats' shift of an eighth is one.</summary>
    public static ReadOnlySpan<ulong> Iq1 => Iq1Book.Rows;

    /// <summary>256 rows of eight.</summary>
    public static ReadOnlySpan<ulong> Iq2XXS => Iq2XXSBook.Rows;

    /// <summary>512 rows of eight.</summary>
    public static ReadOnlySpan<ulong> Iq2XS => Iq2XSBook.Rows;

    /// <summary>1024 rows of eight.</summary>
    public static ReadOnlySpan<ulong> Iq2S => Iq2SBook.Rows;

    /// <summary>256 rows of four.</summary>
    public static ReadOnlySpan<ulong> Iq3XXS => Iq3XXSBook.Rows;

    /// <summary>512 rows of four.</summary>
    public static ReadOnlySpan<ulong> Iq3S => Iq3SBook.Rows;

    private static readonly sbyte[] Iq2Values = [8, 25, 43];

    /// <summary>The eight signs behind a 7-bit index: its bits, and one that makes the number of ones even.</summary>
    public static byte Signs(uint index)
    {
        uint bits = index & 127;
        return (byte)(bits | ((uint)(System.Numerics.BitOperations.PopCount(bits) & 1) << 7));
    }

    private static ulong[] Expand(string gaps, ReadOnlySpan<sbyte> values, int width)
    {
        List<ulong> rows = [];
        int number = -1, gap = 0;
        foreach (char c in gaps)
        {
            if (c is '\n' or '\r') continue;
            if (c == '~')
            {
                gap += 91;
                continue;
            }
            number += gap + (c - '#') + 1;
            gap = 0;
            ulong row = 0;
            for (int j = 0, rest = number; j < width; j++, rest /= values.Length) row |= (ulong)(byte)values[rest % values.Length] << (8 * j);
            rows.Add(row);
        }
        return [.. rows];
    }

    // One holder per book: each is expanded at its first use.
    private static class Iq1Book { public static readonly ulong[] Rows = Expand(Iq1Gaps, [-8, 0, 8], 8); }

    private static class Iq2XXSBook { public static readonly ulong[] Rows = Expand(Iq2XXSGaps, Iq2Values, 8); }

    private static class Iq2XSBook { public static readonly ulong[] Rows = Expand(Iq2XSGaps, Iq2Values, 8); }

    private static class Iq2SBook { public static readonly ulong[] Rows = Expand(Iq2SGaps, Iq2Values, 8); }

    private static class Iq3XXSBook { public static readonly ulong[] Rows = Expand(Iq3XXSGaps, [4, 12, 20, 28, 36, 44, 52, 62], 4); }

    private static class Iq3SBook { public static readonly ulong[] Rows = Expand(Iq3SGaps, [1, 3, 5, 7, 9, 11, 13, 15], 4); }
}
