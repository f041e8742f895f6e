using System.Runtime.CompilerServices;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>Panels of f32: (8, 16) values.</summary>
[Key("f32")]
internal readonly unsafe struct PanelF32 : IPanel<PanelF32>
{
    public static int Columns => 8;

    public static int Bytes => 16 * 8 * 4;

    public static int Group => 8;

    public static void Pack(byte* block, byte* panel, int lane)
    {
        for (int i = 0; i < 8; i++) ((float*)panel)[16 * i + lane] = Unsafe.ReadUnaligned<float>(block + 4 * i);
    }

    public static void Restore(byte* panel, int lane, byte* block)
    {
        for (int i = 0; i < 8; i++) Unsafe.WriteUnaligned(block + 4 * i, ((float*)panel)[16 * i + lane]);
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
        TWidth.Load((float*)panel + 16 * i + lane);
}
