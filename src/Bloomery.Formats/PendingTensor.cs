using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats;

/// <summary>A tensor that a writer will ask for when its turn comes.</summary>
internal sealed class PendingTensor
{
    private const int PaddingBytes = 4096;

    private readonly Action<Stream> _write;

    /// <exception cref="ArgumentException">The shape does not fit the format.</exception>
    public PendingTensor(string name, BlockFormat format, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(write);
        (Name, Format, Shape, _write) = (name, format, shape.ToArray(), write);
        ByteLength = format.RowBytes(shape.IsEmpty ? 1 : shape[^1]);
        foreach (long size in shape) ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
        for (int d = 0; d < shape.Length - 1; d++) ByteLength = checked(ByteLength * shape[d]);
    }

    public string Name { get; }

    public BlockFormat Format { get; }

    public long[] Shape { get; }

    public long ByteLength { get; }

    /// <summary>Has the data written, which must be as long as the shape says.</summary>
    /// <exception cref="InvalidOperationException">The callback wrote less or more.</exception>
    public void WriteTo(Stream stream)
    {
        CountingStream counted = new(stream, this);
        _write(counted);
        if (counted.Written != ByteLength) throw new InvalidOperationException($"{Name}: {counted.Written} bytes were written for a tensor of {ByteLength}.");
    }

    /// <summary>Writes <paramref name="bytes"/> zeros.</summary>
    public static void Pad(Stream stream, long bytes)
    {
        Span<byte> zeros = stackalloc byte[PaddingBytes];
        zeros.Clear();
        for (; bytes > 0; bytes -= PaddingBytes) stream.Write(zeros[..(int)Math.Min(bytes, PaddingBytes)]);
    }

    /// <summary>Counts what passes and stops what would spill into the next tensor.</summary>
    private sealed class CountingStream(Stream inner, PendingTensor tensor) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written;

        public override long Position { get => Written; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length > tensor.ByteLength - Written)
                throw new InvalidOperationException($"{tensor.Name}: more than its {tensor.ByteLength} bytes were written.");
            inner.Write(buffer);
            Written += buffer.Length;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
