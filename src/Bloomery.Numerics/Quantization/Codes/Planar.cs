namespace Bloomery.Numerics.Quantization;

/// <summary>
/// The way ggml lays out codes of 1, 2 or 4 bits: in each run of <c>stride</c> bytes, byte l holds, from its low bits up, the codes of the
/// elements l, stride + l, 2 * stride + l, ... of that run. A vector of bytes thus unpacks to consecutive elements with one shift and one mask.
/// </summary>
internal static class Planar
{
    /// <summary>The code of one element.</summary>
    public static int Read(ReadOnlySpan<byte> packed, int stride, int bits, int element)
    {
        int run = element / (stride * 8 / bits);
        int plane = element / stride % (8 / bits);
        return (packed[(run * stride) + (element % stride)] >> (plane * bits)) & ((1 << bits) - 1);
    }

    /// <summary>Packs bits <paramref name="shift"/> to <paramref name="shift"/> + <paramref name="bits"/> - 1 of each code.</summary>
    public static void Write(ReadOnlySpan<byte> codes, int stride, int bits, Span<byte> packed, int shift = 0)
    {
        int mask = (1 << bits) - 1;
        packed.Clear();
        for (int e = 0; e < codes.Length; e++)
        {
            int run = e / (stride * 8 / bits);
            int plane = e / stride % (8 / bits);
            packed[(run * stride) + (e % stride)] |= (byte)(((codes[e] >> shift) & mask) << (plane * bits));
        }
    }
}
