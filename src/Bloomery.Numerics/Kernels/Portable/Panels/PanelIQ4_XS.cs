using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of iq4_xs: (32, 16) dwords of eight nibbles, (8, 16) signed byte scales, 16 half scales.</summary>
[Key("iq4_xs")]
internal readonly unsafe struct PanelIQ4_XS : IPanel<PanelIQ4_XS>
{
    private const int Scales = 2048, SuperScales = Scales + 128, HighScales = 2, LowScales = 4, Codes = 8;

    public static int Columns => 256;

    public static int Bytes => SuperScales + 32;

    public static int Group => 32;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        ((ushort*)(panel + SuperScales))[lane] = Unsafe.ReadUnaligned<ushort>(block);
        int high = Unsafe.ReadUnaligned<ushort>(block + HighScales);
        for (int group = 0; group < 8; group++)
        {
            int scale = block[LowScales + group / 2] >> 4 * (group % 2) & 15 | (high >> 2 * group & 3) << 4;
            ((sbyte*)(panel + Scales))[16 * group + lane] = (sbyte)(scale - 32);
            PanelBits.PackPlanar16(block + Codes + 16 * group, (byte*)PanelBits.Word(panel, 4 * group, 0), lane);
        }
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        Unsafe.WriteUnaligned(block, ((ushort*)(panel + SuperScales))[lane]);
        new Span<byte>(block + HighScales, Codes - HighScales).Clear();
        int high = 0;
        for (int group = 0; group < 8; group++)
        {
            int scale = ((sbyte*)(panel + Scales))[16 * group + lane] + 32;
            block[LowScales + group / 2] |= (byte)((scale & 15) << 4 * (group % 2));
            high |= scale >> 4 << 2 * group;
            PanelBits.RestorePlanar16((byte*)PanelBits.Word(panel, 4 * group, 0), lane, block + Codes + 16 * group);
        }
        Unsafe.WriteUnaligned(block + HighScales, (ushort)high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Multiply(TWidth.LoadHalf((ushort*)(panel + SuperScales) + lane), TWidth.LoadSignedBytes((sbyte*)(panel + Scales) + 16 * group + lane));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.Lookup(PanelTables.Iq4, low, 4 * i);
}
