namespace Bloomery.Numerics.Memory;

/// <summary>
/// A borrowed run of native bytes together with the object that keeps them alive (a <see cref="NativeBuffer"/> or a <see cref="MappedFile"/>).
/// </summary>
internal readonly unsafe struct NativeView
{
    private readonly object? _owner;
    private readonly byte* _pointer;

    private NativeView(object owner, byte* pointer, long length)
    {
        _owner = owner;
        _pointer = pointer;
        Length = length;
    }

    /// <summary>Size in bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte. The caller keeps the view (and so its owner) reachable, and its owner undisposed, while it uses the pointer.</summary>
    /// <exception cref="ObjectDisposedException">The memory is freed.</exception>
    public byte* Pointer
    {
        get
        {
            // A flag of an object that is read often: nothing beside the work that a pointer is asked for.
            if (_owner is NativeBuffer { IsClosed: true } or MappedFile { IsClosed: true })
                throw new ObjectDisposedException(nameof(NativeView), "the memory of these weights is freed: their model was disposed");
            return _pointer;
        }
    }

    /// <summary>What keeps the memory alive.</summary>
    public object? Owner => _owner;

    /// <summary>The whole of <paramref name="buffer"/>.</summary>
    public static NativeView Of(NativeBuffer buffer) => new(buffer, buffer.Pointer, buffer.ByteLength);

    /// <summary>Bytes of a mapped file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the file.</exception>
    public static NativeView Of(MappedFile file, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        file.Span(offset, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, file.Length - offset);
        return new(file, file.PointerAt(offset), length);
    }

    /// <summary>A part of this view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the view.</exception>
    public NativeView Slice(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new(_owner!, _pointer + offset, length);
    }

    /// <summary>A checked span over part of this view.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length) => new(Slice(offset, length).Pointer, length);
}
