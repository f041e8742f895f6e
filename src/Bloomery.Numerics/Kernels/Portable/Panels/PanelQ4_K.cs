using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q4_k: (32, 16) dwords of eight nibbles, (8, 16) byte scales, (8, 16) byte minima, 16 half scales and 16 half minima.</summary>
[Key("q4_k")]
internal readonly unsafe struct PanelQ4_K : IPanel<PanelQ4_K>
{
    private const int Scales = 2048, Minima = Scales + 128, SuperScales = Minima + 128, SuperMinima = SuperScales + 32;

    public static int Columns => 256;

    public static int Bytes => SuperMinima + 32;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + SuperScales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        ((ushort*)(panel + SuperMinima))[lane] = Unsafe.ReadUnaligned<ushort>(block + 2);
        PanelBits.PackSixBitScales(block + 4, panel + Scales, panel + Minima, lane);
        PanelBits.PackPlanar32(block + 16, panel, lane);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + SuperScales))[lane]);
        Unsafe.WriteUnaligned(block + 2, ((ushort*)(panel + SuperMinima))[lane]);
        PanelBits.RestoreSixBitScales(panel + Scales, panel + Minima, lane, block + 4);
        PanelBits.RestorePlanar32(panel, lane, block + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperScales) + lane), TWidth.LoadBytes(panel + Scales + 16 * group + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Subtract(TWidth.Zero,
            TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperMinima) + lane), TWidth.LoadBytes(panel + Minima + 16 * group + lane)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Nibble(low, 4 * i);
}
