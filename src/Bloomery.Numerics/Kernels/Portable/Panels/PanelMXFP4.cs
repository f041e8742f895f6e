using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of mxfp4: (4, 16) dwords of eight nibbles, then 16 floats, half the scales: codes count in halves.</summary>
[Key("mxfp4")]
internal readonly unsafe struct PanelMXFP4 : IPanel<PanelMXFP4>
{
    private const int Scales = 256;

    public static int Columns => 32;

    public static int Bytes => Scales + 64;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((float*)(panel + Scales))[lane] = BlockMXFP4.HalfScale(*block);
        PanelBits.PackPlanar16(block + 1, panel, lane);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        *block = BlockMXFP4.ExponentOf(((float*)(panel + Scales))[lane]);
        PanelBits.RestorePlanar16(panel, lane, block + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Load((float*)(panel + Scales) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Lookup(PanelTables.Doubled, low, 4 * i);
}
