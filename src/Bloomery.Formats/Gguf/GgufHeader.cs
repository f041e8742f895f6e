using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Gguf;

/// <summary>
/// Parses everything before the data section. Counts, lengths, products and sums are checked against the file's size before anything is allocated for them.
/// </summary>
internal sealed class GgufHeader
{
    private const int MaxKeys = 1 << 16;
    private const int MaxTensors = 1 << 18;
    private const int MaxKeyBytes = 1024;
    private const int MaxNameBytes = 63;
    private const int MaxDimensions = 4;
    private const int DefaultAlignment = 32;
    private const int MaxAlignment = 1 << 20;

    private const int SmallestKey = 8 + 4 + 1; // length, type, one byte
    private const int SmallestTensor = 8 + 4 + 4 + 8; // length, dimensions, type, offset

    private readonly Dictionary<string, GgufEntry> _entries = [];
    private readonly List<TensorInfo> _tensors = [];

    private GgufHeader()
    {
    }

    public int Version { get; private set; }

    public int Alignment { get; private set; } = DefaultAlignment;

    public GgufMetadata Metadata { get; private set; } = null!;

    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <summary>Reads the header of <paramref name="source"/>, which is file number <paramref name="part"/> of its model.</summary>
    public static GgufHeader Parse(TensorSource source, int part)
    {
        GgufHeader header = new();
        ReadOnlySpan<byte> bytes = source.Head;
        GgufReader reader = new(source.Path, bytes, source.Length);
        header.ReadVersion(ref reader, bytes);
        ulong tensors = reader.UInt64("the tensor count");
        ulong keys = reader.UInt64("the key count");
        CheckCount(ref reader, keys, SmallestKey, MaxKeys, "keys");
        CheckCount(ref reader, tensors, SmallestTensor, MaxTensors, "tensors");

        for (ulong i = 0; i < keys; i++) header.ReadKey(ref reader, i);
        header.Metadata = new GgufMetadata(source.Path, bytes[..reader.Position].ToArray(), header._entries);
        reader.Subject = null;
        header.ReadAlignment(source.Path);
        header.ReadTensors(ref reader, (int)tensors, part);
        return header;
    }

    private void ReadVersion(ref GgufReader reader, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("GGUF"u8)) GgufThrow.NotGguf(reader.File, bytes);
        reader.Take(4, "the magic");
        uint version = reader.UInt32("the version");
        if (version is 2 or 3)
        {
            Version = (int)version;
            return;
        }
        string problem = (version & 0xFFFF) == 0 && version != 0
            ? "this is a big-endian GGUF file, which is not supported: convert the original model for little-endian machines"
            : version == 1 ? "GGUF version 1 is not supported: convert the original model again"
            : $"GGUF version {version} is not supported: 2 and 3 are";
        GgufThrow.Bad(reader.File, null, 4, problem);
    }

    private static void CheckCount(ref GgufReader reader, ulong count, int smallest, int limit, string what)
    {
        if (count > (ulong)(reader.Left / smallest))
            GgufThrow.Bad(reader.File, null, 8, $"the header announces {count} {what}, which do not fit into a file of {reader.FileLength} bytes");
        if (count > (ulong)limit)
            GgufThrow.Bad(reader.File, null, 8, $"the header announces {count} {what}; at most {limit} are allowed");
    }

    private void ReadKey(ref GgufReader reader, ulong index)
    {
        int at = reader.Position;
        reader.Subject = null;
        string key = reader.Name(MaxKeyBytes, $"the name of key {index}");
        reader.Subject = key;
        if (key.Length == 0) GgufThrow.Bad(reader.File, null, at, $"key {index} has no name");
        GgufValueType type = ReadType(ref reader);
        GgufEntry entry = type switch
        {
            GgufValueType.String => ReadString(ref reader),
            GgufValueType.Array => ReadArray(ref reader),
            _ => ReadFixed(ref reader, type, type, 1),
        };
        if (!_entries.TryAdd(key, entry)) GgufThrow.Bad(reader.File, key, at, "the key occurs twice");
    }

    private static GgufValueType ReadType(ref GgufReader reader)
    {
        int at = reader.Position;
        GgufValueType type = (GgufValueType)(int)reader.UInt32("the value type");
        if (GgufEntry.SizeOf(type) < 0) GgufThrow.Bad(reader.File, reader.Subject, at, $"value type {(int)type} does not exist");
        return type;
    }

    private static GgufEntry ReadString(ref GgufReader reader)
    {
        ulong length = reader.UInt64("the length of the string");
        int start = reader.Position;
        reader.Take(length, "the string");
        return new GgufEntry(GgufValueType.String, GgufValueType.String, 1, start, (int)length);
    }

    private static GgufEntry ReadArray(ref GgufReader reader)
    {
        int at = reader.Position;
        GgufValueType element = ReadType(ref reader);
        if (element == GgufValueType.Array) GgufThrow.Bad(reader.File, reader.Subject, at, "arrays of arrays are not allowed");
        ulong count = reader.UInt64("the array's count");
        int size = Math.Max(GgufEntry.SizeOf(element), element == GgufValueType.String ? 8 : 1);
        if (count > (ulong)(reader.Left / size))
            GgufThrow.Bad(reader.File, reader.Subject, at,
                $"an array of {count} values of type {element} does not fit into the {reader.Left} bytes that are left of the file");
        if (element != GgufValueType.String) return ReadFixed(ref reader, GgufValueType.Array, element, count);
        int start = reader.Position;
        reader.SkipStrings((int)Math.Min(count, int.MaxValue));
        return new GgufEntry(GgufValueType.Array, element, (int)count, start, reader.Position - start);
    }

    private static GgufEntry ReadFixed(ref GgufReader reader, GgufValueType type, GgufValueType element, ulong count)
    {
        int start = reader.Position;
        ReadOnlySpan<byte> payload = reader.Take(count * (ulong)GgufEntry.SizeOf(element), "the value");
        if (element == GgufValueType.Bool && payload.ContainsAnyExceptInRange((byte)0, (byte)1))
            GgufThrow.Bad(reader.File, reader.Subject, start, "a bool is neither 0 nor 1");
        return new GgufEntry(type, element, (int)count, start, payload.Length);
    }

    private void ReadAlignment(string file)
    {
        const string Key = "general.alignment";
        if (!_entries.TryGetValue(Key, out GgufEntry entry)) return;
        if (entry.Type != GgufValueType.UInt32) GgufThrow.WrongType(file, Key, entry, nameof(GgufValueType.UInt32));
        uint alignment = Metadata.Get<uint>(Key);
        if (!uint.IsPow2(alignment) || alignment > MaxAlignment)
            GgufThrow.Bad(file, Key, entry.Start, $"an alignment of {alignment} is not supported: it must be a power of two of at most {MaxAlignment}");
        Alignment = (int)alignment;
    }

    private void ReadTensors(ref GgufReader reader, int count, int part)
    {
        CheckCount(ref reader, (ulong)count, SmallestTensor, MaxTensors, "tensors");
        HashSet<string> names = [];
        List<(string Name, BlockFormat Format, long[] Shape, long Offset, long Bytes, int At)> infos = [];
        long running = 0; // offsets are the running aligned sum
        for (int i = 0; i < count; i++)
        {
            int at = reader.Position;
            reader.Subject = null;
            string name = reader.Name(MaxNameBytes, $"the name of tensor {i}");
            reader.Subject = name;
            if (!names.Add(name)) GgufThrow.Bad(reader.File, name, at, "two tensors have this name");
            long[] shape = ReadShape(ref reader);
            BlockFormat format = ReadFormat(ref reader);
            long bytes = SizeInBytes(ref reader, format, shape, at);
            int offsetAt = reader.Position;
            ulong offset = reader.UInt64("the tensor's offset");
            if (offset != (ulong)running)
                GgufThrow.Bad(reader.File, name, offsetAt,
                    $"the tensor's offset is {offset}, but the data of the tensors before it ends, aligned, at {running}");
            infos.Add((name, format, shape, running, bytes, at));
            running += bytes; // both at most the file's size
            running += -running & (Alignment - 1);
            if (running - bytes > reader.FileLength) break; // the check below names the tensor
        }

        long data = reader.Position + (-reader.Position & (Alignment - 1));
        foreach ((string name, BlockFormat format, long[] shape, long offset, long bytes, int at) in infos)
        {
            if (bytes > reader.FileLength - data - offset)
                GgufThrow.Bad(reader.File, name, at,
                    $"the tensor's data ({bytes} bytes at byte {data + offset}) reaches past the end of the file of "
                    + $"{reader.FileLength} bytes: it is truncated or damaged");
            _tensors.Add(new TensorInfo(name, format, shape, data + offset, bytes, reader.File, part));
        }
    }

    /// <summary>Reads the sizes; the file has the innermost first.</summary>
    private static long[] ReadShape(ref GgufReader reader)
    {
        int at = reader.Position;
        uint dimensions = reader.UInt32("the number of dimensions");
        if (dimensions > MaxDimensions)
            GgufThrow.Bad(reader.File, reader.Subject, at, $"the tensor has {dimensions} dimensions; at most {MaxDimensions} are allowed");
        long[] shape = new long[dimensions];
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            at = reader.Position;
            ulong size = reader.UInt64("a dimension");
            if (size > long.MaxValue) GgufThrow.Bad(reader.File, reader.Subject, at, $"a dimension of {size} is not possible");
            shape[d] = (long)size;
        }
        return shape;
    }

    private static BlockFormat ReadFormat(ref GgufReader reader)
    {
        int at = reader.Position;
        int id = (int)reader.UInt32("the tensor's type");
        if (id < 0 || !BlockFormat.TryFind(id, out BlockFormat? format))
        {
            GgufThrow.Bad(reader.File, reader.Subject, at, $"tensor type {id} is not known");
            return null!;
        }
        return format;
    }

    private static long SizeInBytes(ref GgufReader reader, BlockFormat format, long[] shape, int at)
    {
        long row = shape.Length == 0 ? 1 : shape[^1];
        if (row % format.BlockSize != 0)
            GgufThrow.Bad(reader.File, reader.Subject, at, $"rows of {row} weights are no multiple of the block size {format.BlockSize} of {format.Name}");
        UInt128 elements = 1;
        foreach (long size in shape)
        {
            elements *= (UInt128)size; // four factors below 2^63, each product checked before the next
            if (elements > long.MaxValue) GgufThrow.Bad(reader.File, reader.Subject, at, $"the product of the sizes [{string.Join(", ", shape)}] is too large");
        }
        UInt128 bytes = elements / (UInt128)format.BlockSize * (UInt128)format.BlockBytes;
        if (bytes > (UInt128)reader.FileLength)
            GgufThrow.Bad(reader.File, reader.Subject, at,
                $"the tensor [{string.Join(", ", shape)}] of type {format.Name} takes {bytes} bytes, more than the file's {reader.FileLength}");
        return (long)bytes;
    }
}
