using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of iq4_nl: (4, 16) dwords of eight nibbles, then 16 half scales.</summary>
[Key("iq4_nl")]
internal readonly unsafe struct PanelIQ4_NL : IPanel<PanelIQ4_NL>
{
    private const int Scales = 256;

    public static int Columns => 32;

    public static int Bytes => Scales + 32;

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
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Lookup(PanelTables.Iq4, low, 4 * i);
}
