using System.Runtime.CompilerServices;

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

    /// <summary>Packs 32 nibbles that ggml stores in 16 bytes (the low nibbles first) into dwords word to word + 3.</summary>
    public static void PackPlanar16(byte* codes, byte* words, int word, int lane)
    {
        for (int half = 0; half < 2; half++)
        {
            ulong bytes = Eight(codes + 8 * half);
            *Word(words, word + half, lane) = JoinNibbles(bytes & 0x0f0f0f0f0f0f0f0f);
            *Word(words, word + 2 + half, lane) = JoinNibbles(bytes >> 4 & 0x0f0f0f0f0f0f0f0f);
        }
    }

    /// <summary>The inverse of <see cref="PackPlanar16"/>.</summary>
    public static void RestorePlanar16(byte* words, int word, int lane, byte* codes)
    {
        for (int half = 0; half < 2; half++)
            Unsafe.WriteUnaligned(codes + 8 * half, SplitNibbles(*Word(words, word + half, lane)) | SplitNibbles(*Word(words, word + 2 + half, lane)) << 4);
    }
}
