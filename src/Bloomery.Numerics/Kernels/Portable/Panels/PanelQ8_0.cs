using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of q8_0: (8, 16) dwords of four signed bytes, then 16 half scales.</summary>
[Key("q8_0")]
internal readonly unsafe struct PanelQ8_0 : IPanel<PanelQ8_0>
{
    private const int Scales = 512;

    public static int Columns => 32;

    public static int Bytes => 16 * 34;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + Scales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        for (int word = 0; word < 8; word++) *PanelBits.Word(panel, word, lane) = Unsafe.ReadUnaligned<uint>(block + 2 + 4 * word);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + Scales))[lane]);
        for (int word = 0; word < 8; word++) Unsafe.WriteUnaligned(block + 2 + 4 * word, *PanelBits.Word(panel, word, lane));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadHalf((ushort*)(panel + Scales) + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Low<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadBits(PanelBits.Word(panel, 2 * word, lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadBits(PanelBits.Word(panel, 2 * word + 1, lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        i < 4 ? TWidth.SignedByte(low, 24 - 8 * i) : TWidth.SignedByte(high, 24 - 8 * (i - 4));
}
