using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of bf16: (8, 16) values.</summary>
[Key("bf16")]
internal readonly unsafe struct PanelBF16 : IPanel<PanelBF16>
{
    public static int Columns => 8;

    public static int Bytes => 16 * 8 * 2;

    public static int Group => 8;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        for (int i = 0; i < 8; i++) ((ushort*)panel)[16 * i + lane] = Unsafe.ReadUnaligned<ushort>(block + 2 * i);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        for (int i = 0; i < 8; i++) Unsafe.WriteUnaligned(block + 2 * i, ((ushort*)panel)[16 * i + lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Broadcast(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Low<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
    where TVector : struct =>
        TWidth.LoadBFloat((ushort*)panel + 16 * i + lane);
}
