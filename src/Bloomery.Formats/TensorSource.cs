using Bloomery.Numerics.Memory;

namespace Bloomery.Formats;

/// <summary>The bytes of one file: a mapping, or memory that a caller already holds.</summary>
internal sealed class TensorSource : IDisposable
{
    private readonly MappedFile? _mapping;
    private readonly ReadOnlyMemory<byte> _memory;

    /// <summary>Maps the file at <paramref name="path"/>.</summary>
    public TensorSource(string path)
    {
        Path = path;
        _mapping = new MappedFile(path);
        Length = _mapping.Length;
    }

    /// <summary>Wraps memory; <paramref name="name"/> stands for the path in messages.</summary>
    public TensorSource(string name, ReadOnlyMemory<byte> memory) => (Path, _memory, Length) = (name, memory, memory.Length);

    public string Path { get; }

    public long Length { get; }

    /// <summary>The file from its start on, as far as a span reaches.</summary>
    public ReadOnlySpan<byte> Head => Span(0, (int)Math.Min(Length, int.MaxValue));

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        if (_mapping is not null) return _mapping.Span(offset, length);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        return _memory.Span.Slice((int)offset, length);
    }

    /// <summary>A view of the mapping; null where the bytes lie in managed memory.</summary>
    public NativeView? View(long offset, long length) => _mapping is null ? null : NativeView.Of(_mapping, offset, length);

    public void Dispose() => _mapping?.Dispose();
}
