using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q4_0: (4, 16) dwords of eight nibbles, then 16 half scales.</summary>
[Key("q4_0")]
internal readonly unsafe struct PanelQ4_0 : IPanel<PanelQ4_0>
{
    private const int Scales = 256;

    public static int Columns => 32;

    public static int Bytes => 16 * 18;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + Scales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        PanelBits.PackPlanar16(block + 2, panel, lane);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + Scales))[lane]);
        PanelBits.RestorePlanar16(panel, lane, block + 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadHalf((ushort*)(panel + Scales) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(scale, TWidth.Broadcast(-8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Nibble(low, 4 * i);
}
