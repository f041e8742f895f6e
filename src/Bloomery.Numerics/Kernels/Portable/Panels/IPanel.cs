using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>How the blocks of 16 rows and some columns lie together so that a lane is a row: one struct per block format, found by the format's key.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
/// <remarks>Nothing is lost: <see cref="Restore"/> gives back every block's bytes.</remarks>
internal unsafe interface IPanel<TSelf> where TSelf : struct, IPanel<TSelf>
{
    /// <summary>Columns of one panel block: whole blocks of the format.</summary>
    static abstract int Columns { get; }

    /// <summary>Bytes of one panel block.</summary>
    static abstract int Bytes { get; }

    /// <summary>Columns under one scale: a multiple of 8.</summary>
    static abstract int Group { get; }

    /// <summary>Puts one row's blocks into lane <paramref name="lane"/> of a panel block that was all zeros.</summary>
    static abstract void Pack(byte* block, byte* panel, int lane);

    /// <summary>Takes one row's blocks out again.</summary>
    static abstract void Restore(byte* panel, int lane, byte* block);

    /// <summary>What multiplies the codes of group <paramref name="group"/>, for the rows from <paramref name="lane"/> on.</summary>
    static abstract TVector Scale<TWidth, TVector>(byte* panel, int group, int lane) where TWidth : IWidth<TVector> where TVector : struct;

    /// <summary>What is added to the products: nothing, unless a format says otherwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TVector Offset<TWidth, TVector>(byte* panel, int group, int lane, TVector scale) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Zero;

    /// <summary>A dword per row of the codes of columns 8 * word to 8 * word + 7: the word of that number, unless a format says otherwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TVector Low<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.LoadBits(PanelBits.Word(panel, word, lane));

    /// <summary>A second dword per row of the same codes, for formats that need one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual TVector High<TWidth, TVector>(byte* panel, int word, int lane) where TWidth : IWidth<TVector> where TVector : struct =>
        TWidth.Zero;

    /// <summary>
    /// Code i of the eight of a word, from its dwords or, where values are not packed in dwords, from the panel itself; i is a constant at every call.
    /// </summary>
    static abstract TVector Code<TWidth, TVector>(byte* panel, int word, int lane, TVector low, TVector high, int i) where TWidth : IWidth<TVector>
        where TVector : struct;
}
