using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of tq2_0: (16, 16) dwords of sixteen pairs of bits, then 16 half scales.</summary>
[Key("tq2_0")]
internal readonly unsafe struct PanelTQ2_0 : IPanel<PanelTQ2_0>
{
    private const int Scales = 1024, BlockScale = 64;

    public static int Columns => 256;

    public static int Bytes => Scales + 32;

    public static int Group => 256;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        PanelBits.PackPairs32(block, panel, lane);
        ((ushort*)(panel + Scales))[lane] = Unsafe.ReadUnaligned<ushort>(block + BlockScale);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        PanelBits.RestorePairs32(panel, lane, block);
        Unsafe.WriteUnaligned(block + BlockScale, ((ushort*)(panel + Scales))[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadHalf((ushort*)(panel + Scales) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Subtract(TWidth.Zero, scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Low<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits(PanelBits.Word(panel, word / 2, lane)), 16 * (word % 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Pair(low, 2 * i);
}
