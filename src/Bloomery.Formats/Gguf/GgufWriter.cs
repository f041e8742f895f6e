using System.Text;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Gguf;

/// <summary>
/// Writes a GGUF file of version 3: set the keys, add the tensors, then <see cref="Save"/>. Data are asked for tensor by tensor, so a model never has to fit
/// into memory;
/// the file appears whole or not at all.
/// </summary>
public sealed class GgufWriter
{
    private const int DefaultAlignment = 32;
    private const int MaxNameBytes = 63;
    private const int MaxDimensions = 4;
    private const string AlignmentKey = "general.alignment";

    private readonly OrderedDictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal); // value type and value
    private readonly OrderedDictionary<string, PendingTensor> _tensors = new(StringComparer.Ordinal);
    private readonly int _alignment;

    /// <summary>Starts an empty file.</summary>
    /// <param name="alignment">The alignment of each tensor's data, a power of two in bytes.</param>
    public GgufWriter(int alignment = DefaultAlignment)
    {
        if (alignment <= 0 || !int.IsPow2(alignment))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "The alignment must be a power of two.");
        _alignment = alignment;
        if (alignment != DefaultAlignment) _values[AlignmentKey] = GgufEncode.Value((uint)alignment);
    }

    /// <summary>
    /// Sets a key, in the file's type for <typeparamref name="T"/>: <see cref="string"/>, <see cref="bool"/>, an integer or float type, or an array of these.
    /// </summary>
    /// <exception cref="NotSupportedException">The file has no type for <typeparamref name="T"/>.</exception>
    public GgufWriter Set<T>(string key, T value) where T : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key == AlignmentKey) throw new ArgumentException("The alignment is given to the constructor.", nameof(key));
        _values[key] = GgufEncode.Value(value);
        return this;
    }

    /// <summary>Removes a key, if it is set.</summary>
    public GgufWriter Remove(string key)
    {
        if (key != AlignmentKey) _values.Remove(key);
        return this;
    }

    /// <summary>Takes over all keys of another file as they are, but for the alignment and what concerns its being split.</summary>
    public GgufWriter CopyFrom(GgufMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        foreach (string key in metadata.Keys)
        {
            if (key == AlignmentKey || key.StartsWith("split.", StringComparison.Ordinal)) continue;
            metadata.TryGetEntry(key, out GgufEntry entry);
            _values[key] = GgufEncode.Value(entry, metadata.Payload(entry).Span);
        }
        return this;
    }

    /// <summary>Adds a tensor; <paramref name="write"/> is called by <see cref="Save"/> and writes exactly its bytes.</summary>
    /// <param name="name">The name, at most 63 bytes.</param>
    /// <param name="format">How the weights are stored.</param>
    /// <param name="shape">Sizes, outermost dimension first.</param>
    /// <param name="write">Writes the data.</param>
    /// <exception cref="ArgumentException">The name is taken or too long, GGUF lacks the format, or the shape does not fit it.</exception>
    public GgufWriter Add(string name, BlockFormat format, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        PendingTensor tensor = new(name, format, shape, write);
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes) throw new ArgumentException($"'{name}' has more than {MaxNameBytes} bytes.", nameof(name));
        if (format.GgmlType < 0) throw new ArgumentException($"GGUF has no type {format.Name}.", nameof(format));
        if (shape.Length > MaxDimensions)
            throw new ArgumentException($"GGUF tensors have at most {MaxDimensions} dimensions; {name} has {shape.Length}.", nameof(shape));
        if (!_tensors.TryAdd(name, tensor)) throw new ArgumentException($"There are two tensors called '{name}'.", nameof(name));
        return this;
    }

    /// <summary>Adds a tensor whose data are in memory.</summary>
    /// <exception cref="ArgumentException">As for the other overload.</exception>
    public GgufWriter Add(string name, BlockFormat format, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data) =>
        Add(name, format, shape, stream => stream.Write(data.Span));

    /// <summary>Writes the file, replacing one that is there.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the file to a stream.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long written = WriteHeader(stream);
        PendingTensor.Pad(stream, Padding(written));
        foreach (PendingTensor tensor in _tensors.Values)
        {
            tensor.WriteTo(stream);
            PendingTensor.Pad(stream, Padding(tensor.ByteLength));
        }
    }

    private long WriteHeader(Stream stream)
    {
        using MemoryStream header = new();
        header.Write("GGUF"u8);
        GgufEncode.UInt32(header, 3);
        GgufEncode.UInt64(header, (ulong)_tensors.Count);
        GgufEncode.UInt64(header, (ulong)_values.Count);
        foreach ((string key, ReadOnlyMemory<byte> value) in _values)
        {
            GgufEncode.Text(header, key);
            header.Write(value.Span);
        }
        long offset = 0;
        foreach (PendingTensor tensor in _tensors.Values)
        {
            GgufEncode.Text(header, tensor.Name);
            GgufEncode.UInt32(header, (uint)tensor.Shape.Length);
            for (int d = tensor.Shape.Length - 1; d >= 0; d--) GgufEncode.UInt64(header, (ulong)tensor.Shape[d]); // innermost first
            GgufEncode.UInt32(header, (uint)tensor.Format.GgmlType);
            GgufEncode.UInt64(header, (ulong)offset);
            offset = checked(offset + tensor.ByteLength + Padding(tensor.ByteLength));
        }
        header.WriteTo(stream);
        return header.Length;
    }

    private long Padding(long length) => -length & (_alignment - 1);
}
