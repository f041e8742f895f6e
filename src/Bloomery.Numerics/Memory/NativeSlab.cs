using System.Runtime.InteropServices;
using Bloomery.Numerics.Platform;

namespace Bloomery.Numerics.Memory;

/// <summary>
/// Large-page memory that many long-lived buffers share: hundreds of weight matrices of a few hundred kilobytes would otherwise fault in page by page. A slab
/// is freed when its last buffer is.
/// </summary>
internal sealed unsafe class NativeSlab
{
    /// <summary>Bytes of a slab: much larger than what is placed in it.</summary>
    public const int SlabBytes = 16 << 20;

    /// <summary>The largest piece that is placed in a slab.</summary>
    public const int LargestPiece = 4 << 20;

    private static readonly Lock Gate = new();
    private static NativeSlab? _open;

    private readonly byte* _memory;
    private int _used, _pieces;
    private bool _closed;

    private NativeSlab()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc(SlabBytes, HugePages.Size);
        HugePages.Advise(_memory, SlabBytes);
    }

    /// <summary>Takes a piece of at most <see cref="LargestPiece"/> bytes, 64-byte aligned.</summary>
    public static (NativeSlab Slab, nint Address) Take(nuint bytes)
    {
        int size = checked((int)((bytes + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment));
        lock (Gate)
        {
            if (_open is null || _open._used + size > SlabBytes)
            {
                NativeSlab next = new(); // first: where there is no memory, the open one stays
                _open?.Close();
                _open = next;
            }
            NativeSlab slab = _open;
            nint address = (nint)(slab._memory + slab._used);
            slab._used += size;
            slab._pieces++;
            return (slab, address);
        }
    }

    /// <summary>Gives a piece back.</summary>
    public void Release()
    {
        lock (Gate)
        {
            _pieces--;
            FreeIfDone();
            // An open slab with nothing in it begins anew.
            if (_pieces == 0 && !_closed) _used = 0;
        }
    }

    private void Close()
    {
        _closed = true;
        FreeIfDone();
    }

    private void FreeIfDone()
    {
        if (_closed && _pieces == 0) NativeMemory.AlignedFree(_memory);
    }
}
