using System.IO.MemoryMappedFiles;

namespace Bloomery.Numerics.Memory;

/// <summary>A file mapped for reading. Keep it only as long as needed: a fault on the mapping of a file that somebody truncates ends the process.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _pointer;
    private bool _disposed;

    /// <summary>Maps the whole of <paramref name="path"/>; an empty file yields an empty mapping.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public MappedFile(string path)
    {
        Path = path;
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = stream.Length;
        if (Length == 0) return;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _pointer = pointer + _view.PointerOffset;
    }

    /// <summary>The file's path, as given.</summary>
    public string Path { get; }

    /// <summary>The file's size in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether the mapping has ended.</summary>
    public bool IsClosed => _disposed;

    /// <summary>A checked view of <paramref name="length"/> bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The view does not lie inside the file.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > Length - length) throw new ArgumentOutOfRangeException(nameof(offset), $"bytes {offset}..{offset + length} of a file of {Length} bytes");
        return new ReadOnlySpan<byte>(_pointer + offset, length);
    }

    /// <summary>The address of byte <paramref name="offset"/>; for <see cref="NativeView"/>, which has checked the range.</summary>
    internal byte* PointerAt(long offset)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _pointer + offset;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
