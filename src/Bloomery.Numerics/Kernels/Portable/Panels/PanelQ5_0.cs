using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q5_0: (4, 16) dwords of eight nibbles, 16 dwords of fifth bits, 16 half scales.</summary>
[Key("q5_0")]
internal readonly unsafe struct PanelQ5_0 : IPanel<PanelQ5_0>
{
    private const int FifthBits = 256, Scales = FifthBits + 64;

    public static int Columns => 32;

    public static int Bytes => 16 * 22;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + Scales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        *PanelBits.Word(panel + FifthBits, 0, lane) = Unsafe.ReadUnaligned<uint>(block + 2);
        PanelBits.PackPlanar16(block + 6, panel, lane);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + Scales))[lane]);
        Unsafe.WriteUnaligned(block + 2, *PanelBits.Word(panel + FifthBits, 0, lane));
        PanelBits.RestorePlanar16(panel, lane, block + 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadHalf((ushort*)(panel + Scales) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(scale, TWidth.Broadcast(-16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits((uint*)(panel + FifthBits) + lane), 8 * word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.NibbleWith(low, 4 * i, high, i, 1);
}
