using System.Runtime.CompilerServices;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Moves small codes between bytes (one code each) and dwords (codes side by side), and reaches the parts of a panel block.</summary>
internal static unsafe class PanelBits
{
    /// <summary>Eight bytes below 16 as the nibbles of a dword, the first lowest.</summary>
    public static uint JoinNibbles(ulong bytes)
    {
        bytes = (bytes | bytes >> 4) & 0x00ff00ff00ff00ff;
        bytes = (bytes | bytes >> 8) & 0x0000ffff0000ffff;
        return (uint)(bytes | bytes >> 16);
    }

    /// <summary>The inverse of <see cref="JoinNibbles"/>.</summary>
    public static ulong SplitNibbles(uint nibbles)
    {
        ulong bytes = (nibbles | (ulong)nibbles << 16) & 0x0000ffff0000ffff;
        bytes = (bytes | bytes << 8) & 0x00ff00ff00ff00ff;
        return (bytes | bytes << 4) & 0x0f0f0f0f0f0f0f0f;
    }

    /// <summary>Eight bytes below 4 as eight pairs of bits.</summary>
    public static uint JoinPairs(ulong bytes)
    {
        uint nibbles = JoinNibbles(bytes);
        nibbles = (nibbles | nibbles >> 2) & 0x0f0f0f0f;
        nibbles = (nibbles | nibbles >> 4) & 0x00ff00ff;
        return (nibbles | nibbles >> 8) & 0xffff;
    }

    /// <summary>The inverse of <see cref="JoinPairs"/>.</summary>
    public static ulong SplitPairs(uint pairs)
    {
        uint nibbles = (pairs | pairs << 8) & 0x00ff00ff;
        nibbles = (nibbles | nibbles << 4) & 0x0f0f0f0f;
        return SplitNibbles((nibbles | nibbles << 2) & 0x33333333);
    }

    /// <summary>Eight bytes below 2 as eight bits.</summary>
    public static uint JoinBits(ulong bytes) => (uint)((bytes & 0x0101010101010101) * 0x0102040810204080 >> 56);

    /// <summary>The inverse of <see cref="JoinBits"/>.</summary>
    public static ulong SplitBits(uint bits)
    {
        ulong spread = 0;
        for (int i = 0; i < 8; i++) spread |= (ulong)(bits >> i & 1) << 8 * i;
        return spread;
    }

    /// <summary>Eight bytes at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Eight(byte* source) => Unsafe.ReadUnaligned<ulong>(source);

    /// <summary>Dword <paramref name="word"/> of lane <paramref name="lane"/> in an array of (words, 16) dwords.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint* Word(byte* words, int word, int lane) => (uint*)words + word * 16 + lane;

    /// <summary>Packs 32 nibbles that lie in planes of 16 bytes (the low nibbles first) into dwords 0 to 3.</summary>
    public static void PackPlanar16(byte* codes, byte* words, int lane)
    {
        for (int half = 0; half < 2; half++)
        {
            ulong bytes = Eight(codes + 8 * half);
            *Word(words, half, lane) = JoinNibbles(bytes & 0x0f0f0f0f0f0f0f0f);
            *Word(words, 2 + half, lane) = JoinNibbles(bytes >> 4 & 0x0f0f0f0f0f0f0f0f);
        }
    }

    /// <summary>The inverse of <see cref="PackPlanar16"/>.</summary>
    public static void RestorePlanar16(byte* words, int lane, byte* codes)
    {
        for (int half = 0; half < 2; half++)
            Unsafe.WriteUnaligned(codes + 8 * half, SplitNibbles(*Word(words, half, lane)) | SplitNibbles(*Word(words, 2 + half, lane)) << 4);
    }

    /// <summary>Packs 256 nibbles that lie in planes of 32 bytes into dwords 0 to 31.</summary>
    public static void PackPlanar32(byte* codes, byte* words, int lane)
    {
        for (int word = 0; word < 32; word++)
            *Word(words, word, lane) = JoinNibbles(Eight(codes + word / 8 * 32 + word % 4 * 8) >> word % 8 / 4 * 4 & 0x0f0f0f0f0f0f0f0f);
    }

    /// <summary>The inverse of <see cref="PackPlanar32"/>.</summary>
    public static void RestorePlanar32(byte* words, int lane, byte* codes)
    {
        for (int run = 0; run < 4; run++)
            for (int part = 0; part < 4; part++)
                Unsafe.WriteUnaligned(codes + 32 * run + 8 * part,
                    SplitNibbles(*Word(words, 8 * run + part, lane)) | SplitNibbles(*Word(words, 8 * run + 4 + part, lane)) << 4);
    }

    /// <summary>Packs 256 pairs of bits that lie in planes of 32 bytes, two runs of 128, into dwords 0 to 15.</summary>
    public static void PackPairs32(byte* codes, byte* words, int lane)
    {
        for (int word = 0; word < 32; word++)
        {
            ulong pairs = Eight(codes + word / 16 * 32 + word % 4 * 8) >> 2 * (word % 16 / 4) & 0x0303030303030303;
            *Word(words, word / 2, lane) |= JoinPairs(pairs) << 16 * (word % 2);
        }
    }

    /// <summary>The inverse of <see cref="PackPairs32"/>.</summary>
    public static void RestorePairs32(byte* words, int lane, byte* codes)
    {
        new Span<byte>(codes, 64).Clear();
        for (int word = 0; word < 32; word++)
        {
            byte* pairs = codes + word / 16 * 32 + word % 4 * 8;
            Unsafe.WriteUnaligned(pairs, Eight(pairs) | SplitPairs(*Word(words, word / 2, lane) >> 16 * (word % 2) & 0xffff) << 2 * (word % 16 / 4));
        }
    }

    /// <summary>Spreads the eight scales and minima of a K-quant into (8, 16) bytes each.</summary>
    public static void PackSixBitScales(byte* packed, byte* scales, byte* minima, int lane)
    {
        for (int group = 0; group < 8; group++)
        {
            (int scale, int minimum) = SixBitScales.Read(new ReadOnlySpan<byte>(packed, 12), group);
            (scales[16 * group + lane], minima[16 * group + lane]) = ((byte)scale, (byte)minimum);
        }
    }

    /// <summary>The inverse of <see cref="PackSixBitScales"/>.</summary>
    public static void RestoreSixBitScales(byte* scales, byte* minima, int lane, byte* packed)
    {
        Span<byte> s = stackalloc byte[8], m = stackalloc byte[8];
        for (int group = 0; group < 8; group++) (s[group], m[group]) = (scales[16 * group + lane], minima[16 * group + lane]);
        SixBitScales.Write(s, m, new Span<byte>(packed, 12));
    }
}
