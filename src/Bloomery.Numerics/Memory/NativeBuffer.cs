using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bloomery.Numerics.Platform;

namespace Bloomery.Numerics.Memory;

/// <summary>
/// A block of native memory, 64-byte aligned, with a named owner. Freed by <see cref="SafeHandle.Dispose()"/>, or by the finalizer if that was forgotten.
/// </summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    /// <summary>The alignment of every buffer, in bytes: a cache line, and a 512-bit vector.</summary>
    public const int Alignment = 64;

    private static long _liveBytes;
    private readonly NativeSlab? _slab;

    /// <summary>Allocates <paramref name="bytes"/> bytes; zeroed when <paramref name="zeroed"/>.</summary>
    /// <param name="owner">Who holds it, for reports: <c>weights</c>, <c>kv</c>, <c>arena</c>.</param>
    /// <param name="bytes">Size in bytes; zero is allowed.</param>
    /// <param name="zeroed">Whether the memory is cleared.</param>
    /// <param name="longLived">Whether it lives as long as its model: such buffers share large pages.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public NativeBuffer(string owner, long bytes, bool zeroed = false, bool longLived = false) : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Owner = owner;
        ByteLength = bytes;
        nuint padded = checked((nuint)bytes + Alignment);
        void* memory;
        if (longLived && padded <= NativeSlab.LargestPiece)
        {
            (_slab, nint address) = NativeSlab.Take(padded);
            memory = (void*)address;
        }
        else if (padded >= HugePages.Size)
        {
            memory = NativeMemory.AlignedAlloc(padded, HugePages.Size);
            HugePages.Advise(memory, padded);
        }
        else
        {
            memory = NativeMemory.AlignedAlloc(padded, Alignment);
        }
        if (zeroed) NativeMemory.Clear(memory, padded);
        SetHandle((nint)memory);
        Interlocked.Add(ref _liveBytes, bytes);
    }

    /// <summary>Who holds this buffer.</summary>
    public string Owner { get; }

    /// <summary>Size in bytes.</summary>
    public long ByteLength { get; }

    /// <summary>Bytes in all buffers that are not freed yet.</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The first byte. Valid until the buffer is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>A checked view of <paramref name="count"/> elements from byte <paramref name="byteOffset"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The view does not lie inside the buffer.</exception>
    public Span<T> Span<T>(long byteOffset, int count) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteOffset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteOffset + (long)count * Unsafe.SizeOf<T>(), ByteLength);
        return new Span<T>(Pointer + byteOffset, count);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        if (_slab is not null) _slab.Release();
        else NativeMemory.AlignedFree((void*)handle);
        Interlocked.Add(ref _liveBytes, -ByteLength);
        return true;
    }
}
