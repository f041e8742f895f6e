using System.Buffers.Binary;
using System.Text.Json;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Safetensors;

/// <summary>
/// Parses a safetensors header: u64 length, JSON, then data that the tensors must cover without gap or overlap.
/// Everything is checked against the file's size, and counts and names are bounded, so that a header cannot claim more memory than it is worth.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const int MaxHeaderBytes = 100_000_000;
    private const int MaxTensors = 1 << 18;
    private const int MaxDimensions = 8;
    private const int MaxNameBytes = 512;
    private const int MaxMetadataBytes = 16 << 20;
    private const int MaxDepth = 8;
    private const int LengthBytes = 8;

    private readonly string _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private int _metadataBytes;

    private SafetensorsHeader(string file) => _file = file;

    public List<TensorInfo> Tensors { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the header of <paramref name="source"/>, which is file number <paramref name="part"/> of its model.</summary>
    public static SafetensorsHeader Parse(TensorSource source, int part)
    {
        SafetensorsHeader header = new(source.Path);
        int length = header.HeaderLength(source);
        Utf8JsonReader json = new(source.Span(LengthBytes, length), new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            header.ReadAll(ref json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a string that is not valid UTF-8 or UTF-16.
            SafetensorsThrow.Bad(source.Path, null, LengthBytes + json.TokenStartIndex,
                $"the header is not valid JSON: {Problem.Describe(exception)}", exception);
        }
        header.Place(LengthBytes + length, source.Length, part);
        return header;
    }

    private int HeaderLength(TensorSource source)
    {
        ReadOnlySpan<byte> head = source.Head;
        if (head.Length <= LengthBytes)
        {
            string? known = ForeignContent.DescribeWeights(_file, head, "safetensors");
            SafetensorsThrow.Bad(_file, null, 0, known ?? $"this is no safetensors file: it has only {source.Length} bytes");
        }
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        bool plausible = length > 0 && length <= (ulong)(source.Length - LengthBytes) && head[LengthBytes] == (byte)'{';
        if (!plausible && ForeignContent.DescribeWeights(_file, head, "safetensors") is { } other) SafetensorsThrow.Bad(_file, null, 0, other);
        if (length > (ulong)(source.Length - LengthBytes))
            SafetensorsThrow.Bad(_file, null, 0,
                $"the header announces {length} bytes, but the file has only {source.Length}: it is truncated, or no safetensors file");
        if (length > MaxHeaderBytes)
            SafetensorsThrow.Bad(_file, null, 0, $"the header has {length} bytes; at most {MaxHeaderBytes} are allowed");
        if (!plausible)
            SafetensorsThrow.Bad(_file, null, LengthBytes, "the header does not begin with '{'");
        return (int)length;
    }

    private void ReadAll(ref Utf8JsonReader json)
    {
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            long at = LengthBytes + json.TokenStartIndex;
            if (json.ValueSpan.Length > MaxNameBytes)
                SafetensorsThrow.Bad(_file, null, at, $"a tensor's name has {json.ValueSpan.Length} bytes; at most {MaxNameBytes} are allowed");
            string name = json.GetString()!;
            json.Read();
            if (name == "__metadata__") ReadMetadata(ref json);
            else ReadTensor(ref json, name, at);
        }
        json.Read(); // the end; anything but spaces after it throws
    }

    private void ReadMetadata(ref Utf8JsonReader json)
    {
        long at = LengthBytes + json.TokenStartIndex;
        if (_metadataBytes > 0 || json.TokenType != JsonTokenType.StartObject)
            SafetensorsThrow.Bad(_file, "__metadata__", at, _metadataBytes > 0 ? "it occurs twice" : "it is not an object");
        _metadataBytes = 1;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            _metadataBytes += json.ValueSpan.Length;
            CheckMetadata(at);
            string key = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.String) SafetensorsThrow.Bad(_file, "__metadata__", at, $"the value of '{key}' is not a string");
            _metadataBytes += json.ValueSpan.Length;
            CheckMetadata(at);
            if (!Metadata.TryAdd(key, json.GetString()!)) SafetensorsThrow.Bad(_file, "__metadata__", at, $"'{key}' occurs twice");
        }
    }

    private void CheckMetadata(long at)
    {
        if (_metadataBytes > MaxMetadataBytes) SafetensorsThrow.Bad(_file, "__metadata__", at, $"it has more than {MaxMetadataBytes} bytes");
    }

    private void ReadTensor(ref Utf8JsonReader json, string name, long at)
    {
        if (json.TokenType != JsonTokenType.StartObject) SafetensorsThrow.Bad(_file, name, at, "the entry is not an object");
        BlockFormat? format = null;
        long[]? shape = null, offsets = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("dtype"u8))
            {
                Once(format, name, at, "dtype");
                format = ReadFormat(ref json, name);
            }
            else if (json.ValueTextEquals("shape"u8))
            {
                Once(shape, name, at, "shape");
                shape = ReadNumbers(ref json, name, "shape", MaxDimensions);
            }
            else if (json.ValueTextEquals("data_offsets"u8))
            {
                Once(offsets, name, at, "data_offsets");
                offsets = ReadNumbers(ref json, name, "data_offsets", 2);
            }
            else
            {
                json.Skip();
            }
        }
        if (format is null || shape is null || offsets is not { Length: 2 })
        {
            SafetensorsThrow.Bad(_file, name, at, format is null ? "the entry lacks a dtype" : shape is null
                ? "the entry lacks a shape" : "the entry lacks data_offsets of two numbers");
            return;
        }
        if (!_entries.TryAdd(name, new Entry(format, shape, offsets[0], offsets[1], at))) SafetensorsThrow.Bad(_file, name, at, "two tensors have this name");
        if (_entries.Count > MaxTensors) SafetensorsThrow.Bad(_file, name, at, $"the file has more than {MaxTensors} tensors");
    }

    private void Once(object? seen, string name, long at, string field)
    {
        if (seen is not null) SafetensorsThrow.Bad(_file, name, at, $"{field} occurs twice");
    }

    private BlockFormat? ReadFormat(ref Utf8JsonReader json, string name)
    {
        json.Read();
        long at = LengthBytes + json.TokenStartIndex;
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > 32) SafetensorsThrow.Bad(_file, name, at, "dtype is not the name of a type");
        string dtype = json.GetString()!;
        if (!SafetensorsTypes.TryFind(dtype, out BlockFormat? format))
            SafetensorsThrow.Bad(_file, name, at, $"dtype '{dtype}' is not known; these are read: {string.Join(", ", SafetensorsTypes.All)}");
        return format;
    }

    private long[] ReadNumbers(ref Utf8JsonReader json, string name, string field, int limit)
    {
        json.Read();
        long at = LengthBytes + json.TokenStartIndex;
        if (json.TokenType != JsonTokenType.StartArray) SafetensorsThrow.Bad(_file, name, at, $"{field} is not a list");
        Span<long> numbers = stackalloc long[MaxDimensions];
        int count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (count == limit) SafetensorsThrow.Bad(_file, name, at, $"{field} has more than {limit} numbers");
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0)
                SafetensorsThrow.Bad(_file, name, LengthBytes + json.TokenStartIndex, $"{field} holds something that is not an integer from 0 to 2^63-1");
            else numbers[count++] = number;
        }
        return numbers[..count].ToArray();
    }

    /// <summary>Checks that the tensors, in the order of their data, cover the data section exactly.</summary>
    private void Place(long data, long fileLength, int part)
    {
        long size = fileLength - data, expected = 0;
        List<KeyValuePair<string, Entry>> inOrder = [.. _entries];
        inOrder.Sort((a, b) => a.Value.Begin != b.Value.Begin ? a.Value.Begin.CompareTo(b.Value.Begin) : a.Value.End.CompareTo(b.Value.End));
        foreach ((string name, Entry entry) in inOrder)
        {
            UInt128 bytes = SizeOf(entry, name);
            if (entry.End < entry.Begin || bytes != (UInt128)(entry.End - entry.Begin))
                SafetensorsThrow.Bad(_file, name, entry.At,
                    $"data_offsets [{entry.Begin}, {entry.End}] do not fit the shape [{string.Join(", ", entry.Shape)}] of "
                    + $"{entry.Format.Name}, which takes {bytes} bytes");
            if (entry.Begin != expected)
                SafetensorsThrow.Bad(_file, name, entry.At,
                    $"data_offsets begin at {entry.Begin}, but the tensors before it end at {expected}: the data "
                    + $"{(entry.Begin < expected ? "overlap" : "have a gap")}");
            if (entry.End > size)
                SafetensorsThrow.Bad(_file, name, entry.At,
                    $"the tensor's data end at byte {data + entry.End}, past the end of the file of {fileLength} bytes: it is truncated or damaged");
            expected = entry.End;
            Tensors.Add(new TensorInfo(name, entry.Format, entry.Shape, data + entry.Begin, (long)bytes, _file, part));
        }
        if (expected != size) SafetensorsThrow.Bad(_file, null, data + expected, $"{size - expected} bytes at the end of the file belong to no tensor");
    }

    /// <summary>The bytes of a tensor; of some types several elements share them.</summary>
    private UInt128 SizeOf(Entry entry, string name)
    {
        UInt128 bytes = (UInt128)entry.Format.BlockBytes;
        foreach (long d in entry.Shape)
        {
            bytes *= (UInt128)d; // as if each element took a block
            if (bytes / (UInt128)entry.Format.BlockSize > long.MaxValue)
                SafetensorsThrow.Bad(_file, name, entry.At, $"the product of the shape [{string.Join(", ", entry.Shape)}] is too large");
        }
        (UInt128 whole, UInt128 rest) = UInt128.DivRem(bytes, (UInt128)entry.Format.BlockSize);
        if (rest != 0)
            SafetensorsThrow.Bad(_file, name, entry.At, $"the shape [{string.Join(", ", entry.Shape)}] of {entry.Format.Name} does not fill whole bytes");
        return whole;
    }

    private readonly record struct Entry(BlockFormat Format, long[] Shape, long Begin, long End, long At);
}
