using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q2_k: (16, 16) dwords of sixteen pairs of bits, (16, 16) byte scales, (16, 16) byte minima, 16 half scales and 16 half minima.</summary>
[Key("q2_k")]
internal readonly unsafe struct PanelQ2_K : IPanel<PanelQ2_K>
{
    private const int Scales = 1024, Minima = Scales + 256, SuperScales = Minima + 256, SuperMinima = SuperScales + 32;

    public static int Columns => 256;

    public static int Bytes => SuperMinima + 32;

    public static int Group => 16;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        for (int group = 0; group < 16; group++)
        {
            panel[Scales + 16 * group + lane] = (byte)(block[group] & 15);
            panel[Minima + 16 * group + lane] = (byte)(block[group] >> 4);
        }
        PanelBits.PackPairs32(block + 16, panel, lane);
        ((ushort*)(panel + SuperScales))[lane] = Unsafe.ReadUnaligned<ushort>(block + 80);
        ((ushort*)(panel + SuperMinima))[lane] = Unsafe.ReadUnaligned<ushort>(block + 82);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        for (int group = 0; group < 16; group++) block[group] = (byte)(panel[Scales + 16 * group + lane] | panel[Minima + 16 * group + lane] << 4);
        PanelBits.RestorePairs32(panel, lane, block + 16);
        Unsafe.WriteUnaligned(block + 80, ((ushort*)(panel + SuperScales))[lane]);
        Unsafe.WriteUnaligned(block + 82, ((ushort*)(panel + SuperMinima))[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperScales) + lane), TWidth.LoadBytes(panel + Scales + 16 * group + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Subtract(TWidth.Zero,
            TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperMinima) + lane), TWidth.LoadBytes(panel + Minima + 16 * group + lane)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Low<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits(PanelBits.Word(panel, word / 2, lane)), 16 * (word % 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Pair(low, 2 * i);
}
