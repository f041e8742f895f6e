using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Safetensors;

/// <summary>
/// Writes safetensors: add the tensors, then <see cref="Save"/> one file or <see cref="SaveModel"/> as many shards as needed.
/// Data are asked for tensor by tensor; each file appears whole or not at all.
/// </summary>
public sealed class SafetensorsWriter
{
    /// <summary>The usual limit of one shard.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions IndentedJson = Json with { Indented = true };

    private readonly OrderedDictionary<string, PendingTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>The free-form <c>__metadata__</c>; tools of PyTorch expect <c>format</c> to be <c>pt</c>, which it is unless changed.</summary>
    public IDictionary<string, string> Metadata { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Adds a tensor; <paramref name="write"/> is called when the file is written and writes exactly its bytes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="format">How the elements are stored: one of <see cref="SafetensorsTypes"/>.</param>
    /// <param name="shape">Sizes, outermost dimension first.</param>
    /// <param name="write">Writes the data.</param>
    /// <exception cref="ArgumentException">The name is taken, or safetensors lacks the format.</exception>
    public SafetensorsWriter Add(string name, BlockFormat format, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        PendingTensor tensor = new(name, format, shape, write);
        if (!SafetensorsTypes.TryName(format, out _)) throw new ArgumentException($"safetensors has no type {format.Name}.", nameof(format));
        if (name == "__metadata__") throw new ArgumentException("A tensor cannot be called __metadata__.", nameof(name));
        if (!_tensors.TryAdd(name, tensor)) throw new ArgumentException($"There are two tensors called '{name}'.", nameof(name));
        return this;
    }

    /// <summary>Adds a tensor whose data are in memory.</summary>
    /// <exception cref="ArgumentException">As for the other overload.</exception>
    public SafetensorsWriter Add(string name, BlockFormat format, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data) =>
        Add(name, format, shape, stream => stream.Write(data.Span));

    /// <summary>Writes all tensors to one file, replacing one that is there.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes all tensors to a stream.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, _tensors.Values);
    }

    /// <summary>
    /// Writes <c>model.safetensors</c>, or shards and their index if that would be larger than <paramref name="maxShardBytes"/>; a model of the other kind that
    /// is there makes way.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be written to.</exception>
    public void SaveModel(string directory, long maxShardBytes = DefaultShardBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardBytes);
        Directory.CreateDirectory(directory);
        string whole = Path.Combine(directory, SafetensorsFile.WholeName), index = Path.Combine(directory, SafetensorsFile.IndexName);
        List<List<PendingTensor>> shards = Shards(maxShardBytes);
        if (shards.Count == 1)
        {
            Save(whole);
            File.Delete(index);
            return;
        }
        Dictionary<string, string> fileOf = new(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            string name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            List<PendingTensor> shard = shards[i];
            AtomicFile.Write(Path.Combine(directory, name), stream => Write(stream, shard));
            foreach (PendingTensor tensor in shard) fileOf.Add(tensor.Name, name);
        }
        AtomicFile.Write(index, stream => WriteIndex(stream, fileOf));
        File.Delete(whole);
    }

    private List<List<PendingTensor>> Shards(long limit)
    {
        List<List<PendingTensor>> shards = [[]];
        long size = 0;
        foreach (PendingTensor tensor in _tensors.Values)
        {
            if (shards[^1].Count > 0 && tensor.ByteLength > limit - size)
            {
                shards.Add([]);
                size = 0;
            }
            shards[^1].Add(tensor);
            size += tensor.ByteLength;
        }
        return shards;
    }

    private void Write(Stream stream, IEnumerable<PendingTensor> tensors)
    {
        // As the reference does: wide elements first, so that each tensor is aligned to its own.
        PendingTensor[] inOrder = [.. tensors.OrderByDescending(tensor => tensor.Format.BlockBytes).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        byte[] header = Header(inOrder);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (PendingTensor tensor in inOrder) tensor.WriteTo(stream);
    }

    /// <summary>The JSON header, with spaces behind it up to a multiple of 8.</summary>
    private byte[] Header(PendingTensor[] tensors)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Json))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in Metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (PendingTensor tensor in tensors)
            {
                SafetensorsTypes.TryName(tensor.Format, out string? dtype);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", dtype);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset = checked(offset + tensor.ByteLength));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (stream.Length % 8 != 0) stream.WriteByte((byte)' ');
        return stream.ToArray();
    }

    private void WriteIndex(Stream stream, Dictionary<string, string> fileOf)
    {
        using Utf8JsonWriter json = new(stream, IndentedJson);
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", _tensors.Values.Sum(tensor => tensor.ByteLength));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach ((string name, string file) in fileOf.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(name, file);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
