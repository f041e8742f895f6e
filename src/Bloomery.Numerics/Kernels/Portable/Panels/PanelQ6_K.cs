using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q6_k: (32, 16) dwords of eight nibbles, (16, 16) dwords of sixteen pairs of bits, (16, 16) signed byte scales, 16 half scales.</summary>
[Key("q6_k")]
internal readonly unsafe struct PanelQ6_K : IPanel<PanelQ6_K>
{
    private const int Pairs = 2048, Scales = Pairs + 1024, SuperScales = Scales + 256;

    public static int Columns => 256;

    public static int Bytes => SuperScales + 32;

    public static int Group => 16;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + SuperScales))[lane] = Unsafe.ReadUnaligned<ushort>(block + 208);
        for (int group = 0; group < 16; group++) panel[Scales + 16 * group + lane] = block[192 + group];
        PanelBits.PackPairs32(block + 128, panel + Pairs, lane);
        // Elements 8 w to 8 w + 7: nibbles lie in planes of 64, in runs of 128.
        for (int word = 0; word < 32; word++)
        {
            ulong nibbles = PanelBits.Eight(block + word / 16 * 64 + word % 8 * 8) >> 4 * (word % 16 / 8) & 0x0f0f0f0f0f0f0f0f;
            *PanelBits.Word(panel, word, lane) = PanelBits.JoinNibbles(nibbles);
        }
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        new Span<byte>(block, 128).Clear();
        PanelBits.RestorePairs32(panel + Pairs, lane, block + 128);
        Unsafe.WriteUnaligned(block + 208, ((ushort*)(panel + SuperScales))[lane]);
        for (int group = 0; group < 16; group++) block[192 + group] = panel[Scales + 16 * group + lane];
        for (int word = 0; word < 32; word++)
        {
            byte* nibbles = block + word / 16 * 64 + word % 8 * 8;
            Unsafe.WriteUnaligned(nibbles, PanelBits.Eight(nibbles) | PanelBits.SplitNibbles(*PanelBits.Word(panel, word, lane)) << 4 * (word % 16 / 8));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperScales) + lane), TWidth.LoadSignedBytes((sbyte*)(panel + Scales) + 16 * group + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(scale, TWidth.Broadcast(-32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits(PanelBits.Word(panel + Pairs, word / 2, lane)), 16 * (word % 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.NibbleWith(low, 4 * i, high, 2 * i, 3);
}
