using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>
/// Panels of q3_k: (16, 16) dwords of sixteen pairs of bits, (8, 16) dwords of their 32 third bits, (16, 16) signed byte scales, 16 half scales.
/// </summary>
[Key("q3_k")]
internal readonly unsafe struct PanelQ3_K : IPanel<PanelQ3_K>
{
    private const int Thirds = 1024, Scales = Thirds + 512, SuperScales = Scales + 256, Codes = 32, PackedScales = 96, SuperScale = 108;

    public static int Columns => 256;

    public static int Bytes => SuperScales + 32;

    public static int Group => 16;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        PanelBits.PackPairs32(block + Codes, panel, lane);
        // Elements 8 w to 8 w + 7: bit w / 4 of eight bytes.
        for (int word = 0; word < 32; word++)
            *PanelBits.Word(panel + Thirds, word / 4, lane) |= PanelBits.JoinBits(PanelBits.Eight(block + word % 4 * 8) >> word / 4) << 8 * (word % 4);
        for (int group = 0; group < 16; group++)
            ((sbyte*)(panel + Scales))[16 * group + lane] = (sbyte)BlockQ3_K.ReadScale(new ReadOnlySpan<byte>(block + PackedScales, 12), group);
        ((ushort*)(panel + SuperScales))[lane] = Unsafe.ReadUnaligned<ushort>(block + SuperScale);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        PanelBits.RestorePairs32(panel, lane, block + Codes);
        new Span<byte>(block, Codes).Clear();
        for (int word = 0; word < 32; word++)
        {
            byte* bits = block + word % 4 * 8;
            Unsafe.WriteUnaligned(bits, PanelBits.Eight(bits)
                | PanelBits.SplitBits(*PanelBits.Word(panel + Thirds, word / 4, lane) >> 8 * (word % 4) & 255) << word / 4);
        }
        Span<byte> scales = stackalloc byte[16];
        for (int group = 0; group < 16; group++) scales[group] = (byte)(((sbyte*)(panel + Scales))[16 * group + lane] + 32);
        BlockQ3_K.WriteScales(scales, new Span<byte>(block + PackedScales, 12));
        Unsafe.WriteUnaligned(block + SuperScale, ((ushort*)(panel + SuperScales))[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperScales) + lane), TWidth.LoadSignedBytes((sbyte*)(panel + Scales) + 16 * group + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(scale, TWidth.Broadcast(-4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Low<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits(PanelBits.Word(panel, word / 2, lane)), 16 * (word % 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.ShiftRight(TWidth.LoadBits(PanelBits.Word(panel + Thirds, word / 4, lane)), 8 * (word % 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.PairWith(low, 2 * i, high, i);
}
