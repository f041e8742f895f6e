using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q5_1: (4, 16) dwords of eight nibbles, 16 dwords of fifth bits, 16 half scales and 16 half minima.</summary>
[Key("q5_1")]
internal readonly unsafe struct PanelQ5_1 : IPanel<PanelQ5_1>
{
    private const int FifthBits = 256, Scales = FifthBits + 64, Minima = Scales + 32;

    public static int Columns => 32;

    public static int Bytes => 16 * 24;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + Scales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        ((ushort*)(panel + Minima))[lane] = Unsafe.ReadUnaligned<ushort>(block + 2);
        *PanelBits.Word(panel + FifthBits, 0, lane) = Unsafe.ReadUnaligned<uint>(block + 4);
        PanelBits.PackPlanar16(block + 8, panel, lane);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + Scales))[lane]);
        Unsafe.WriteUnaligned(block + 2, ((ushort*)(panel + Minima))[lane]);
        Unsafe.WriteUnaligned(block + 4, *PanelBits.Word(panel + FifthBits, 0, lane));
        PanelBits.RestorePlanar16(panel, lane, block + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadHalf((ushort*)(panel + Scales) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadHalf((ushort*)(panel + Minima) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits((uint*)(panel + FifthBits) + lane), 8 * word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.NibbleWith(low, 4 * i, high, i, 1);
}
