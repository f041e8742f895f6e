using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q5_k: those of q4_k, then (8, 16) dwords of fifth bits.</summary>
[Key("q5_k")]
internal readonly unsafe struct PanelQ5_K : IPanel<PanelQ5_K>
{
    private const int Scales = 2048, Minima = Scales + 128, SuperScales = Minima + 128, SuperMinima = SuperScales + 32, FifthBits = SuperMinima + 32;

    public static int Columns => 256;

    public static int Bytes => FifthBits + 512;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + SuperScales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        ((ushort*)(panel + SuperMinima))[lane] = Unsafe.ReadUnaligned<ushort>(block + 2);
        PanelBits.PackSixBitScales(block + 4, panel + Scales, panel + Minima, lane);
        PanelBits.PackPlanar32(block + 48, panel, lane);
        // Byte l of the 32 holds bit g for element 32 g + l.
        for (int group = 0; group < 8; group++)
            for (int part = 0; part < 4; part++)
                *PanelBits.Word(panel + FifthBits, group, lane) |= PanelBits.JoinBits(PanelBits.Eight(block + 16 + 8 * part) >> group) << 8 * part;
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + SuperScales))[lane]);
        Unsafe.WriteUnaligned(block + 2, ((ushort*)(panel + SuperMinima))[lane]);
        PanelBits.RestoreSixBitScales(panel + Scales, panel + Minima, lane, block + 4);
        PanelBits.RestorePlanar32(panel, lane, block + 48);
        for (int part = 0; part < 4; part++)
        {
            ulong bytes = 0;
            for (int group = 0; group < 8; group++) bytes |= PanelBits.SplitBits(*PanelBits.Word(panel + FifthBits, group, lane) >> 8 * part) << group;
            Unsafe.WriteUnaligned(block + 16 + 8 * part, bytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperScales) + lane), TWidth.LoadBytes(panel + Scales + 16 * group + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Subtract(TWidth.Zero,
            TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperMinima) + lane), TWidth.LoadBytes(panel + Minima + 16 * group + lane)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits(PanelBits.Word(panel + FifthBits, word / 4, lane)), 8 * (word % 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.NibbleWith(low, 4 * i, high, i, 1);
}
