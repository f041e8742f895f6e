namespace Bloomery.Formats.Safetensors;

/// <summary>A safetensors file, or all shards of a model. See https://github.com/huggingface/safetensors for the format.</summary>
public sealed class SafetensorsFile : TensorFile
{
    internal const string WholeName = "model.safetensors";
    internal const string IndexName = "model.safetensors.index.json";

    private SafetensorsFile(string path, TensorSource[] parts, Dictionary<string, TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata)
        : base(path, parts, tensors) =>
        Metadata = metadata;

    /// <summary>The free-form <c>__metadata__</c>; of a sharded model, that of its first shard.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens one file.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, of another format, or a pickle.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        TensorSource source = new(path);
        try
        {
            return Open(source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is in memory already; <paramref name="name"/> stands for its path in messages.</summary>
    /// <exception cref="ModelFormatException">The file is damaged or of another format.</exception>
    public static SafetensorsFile Open(ReadOnlyMemory<byte> bytes, string name = "memory") => Open(new TensorSource(name, bytes));

    /// <summary>
    /// Opens the weights in a model's directory: <c>model.safetensors</c>, the shards that <c>model.safetensors.index.json</c> names, or the only
    /// <c>*.safetensors</c>.
    /// </summary>
    /// <exception cref="ModelFormatException">There are no such weights, or they are damaged.</exception>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static SafetensorsFile OpenModel(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string whole = System.IO.Path.Combine(directory, WholeName);
        if (File.Exists(whole)) return Open(whole);
        string index = System.IO.Path.Combine(directory, IndexName);
        if (File.Exists(index)) return OpenShards(index);
        string[] files = Directory.GetFiles(directory, "*.safetensors");
        if (files.Length == 1) return Open(files[0]);
        if (files.Length > 1)
            SafetensorsThrow.Bad(directory, null, null,
                $"there are {files.Length} safetensors files, but neither {WholeName} nor {IndexName}: name the file to open");
        string? pickle = Directory.EnumerateFiles(directory)
            .FirstOrDefault(file => Pickles.IsName(file) && System.IO.Path.GetFileName(file) != "training_args.bin");
        if (pickle is not null) SafetensorsThrow.Bad(pickle, null, null, Pickles.Advice);
        SafetensorsThrow.Bad(directory, null, null, "there are no safetensors in this directory, and no GGUF model");
        return null!;
    }

    private static SafetensorsFile Open(TensorSource source)
    {
        SafetensorsHeader header = SafetensorsHeader.Parse(source, 0);
        return new SafetensorsFile(source.Path, [source], header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal), header.Metadata);
    }

    private static SafetensorsFile OpenShards(string index)
    {
        ShardIndex shards = ShardIndex.Read(index);
        List<TensorSource> parts = [];
        try
        {
            Dictionary<string, TensorInfo> tensors = new(StringComparer.Ordinal);
            Dictionary<string, string>? metadata = null;
            foreach (string shard in shards.Files)
            {
                string path = shards.Locate(shard);
                parts.Add(new TensorSource(path));
                SafetensorsHeader header = SafetensorsHeader.Parse(parts[^1], parts.Count - 1);
                metadata ??= header.Metadata;
                foreach (TensorInfo tensor in header.Tensors)
                {
                    // A tensor that the index places elsewhere is a leftover; one that it forgets is taken.
                    if (shards.FileOf.TryGetValue(tensor.Name, out string? owner) && owner != shard) continue;
                    if (!tensors.TryAdd(tensor.Name, tensor))
                        SafetensorsThrow.Bad(path, tensor.Name, tensor.Offset, $"the tensor is also in {tensors[tensor.Name].File}");
                }
            }
            foreach ((string name, string file) in shards.FileOf)
            {
                if (!tensors.ContainsKey(name)) SafetensorsThrow.Bad(index, name, null, $"the index places the tensor in {file}, but it is not there");
            }
            return new SafetensorsFile(index, [.. parts], tensors, metadata!);
        }
        catch
        {
            foreach (TensorSource part in parts) part.Dispose();
            throw;
        }
    }
}
