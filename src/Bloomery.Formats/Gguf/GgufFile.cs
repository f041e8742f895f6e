namespace Bloomery.Formats.Gguf;

/// <summary>A GGUF file of version 2 or 3, or all parts of a split one (<c>NAME-00001-of-00003.gguf</c>).</summary>
public sealed class GgufFile : TensorFile
{
    private GgufFile(string path, TensorSource[] parts, Dictionary<string, TensorInfo> tensors, GgufHeader first) : base(path, parts, tensors)
    {
        Version = first.Version;
        Alignment = first.Alignment;
        Metadata = first.Metadata;
    }

    /// <summary>The format's version: 2 or 3.</summary>
    public int Version { get; }

    /// <summary>The alignment of each tensor's data, in bytes.</summary>
    public int Alignment { get; }

    /// <summary>The keys; of a split file, those of its first part.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>Whether the file at <paramref name="path"/> begins as a GGUF file does.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsGguf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("GGUF"u8);
    }

    /// <summary>Opens a file; any part of a split one opens all.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, is of another format, or a part is missing.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GgufFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<TensorSource> parts = [new TensorSource(path)];
        try
        {
            GgufHeader header = GgufHeader.Parse(parts[0], 0);
            int count = header.Metadata.Get<ushort>("split.count", 1);
            if (count <= 1) return new GgufFile(path, [.. parts], ByName(header), header);
            parts[0].Dispose();
            parts.Clear();
            return OpenSplit(path, header.Metadata, count, parts);
        }
        catch
        {
            foreach (TensorSource part in parts) part.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is in memory already; <paramref name="name"/> stands for its path in messages.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, of another format, or a part of a split one.</exception>
    public static GgufFile Open(ReadOnlyMemory<byte> bytes, string name = "memory")
    {
        TensorSource source = new(name, bytes);
        GgufHeader header = GgufHeader.Parse(source, 0);
        if (header.Metadata.Get<ushort>("split.count", 1) > 1)
            GgufThrow.Bad(name, "split.count", null, "a part of a split file can only be opened by its path");
        return new GgufFile(name, [source], ByName(header), header);
    }

    private static GgufFile OpenSplit(string path, GgufMetadata opened, int count, List<TensorSource> parts)
    {
        SplitName? name = SplitName.Parse(System.IO.Path.GetFileName(path));
        if (name?.Count != count)
            GgufThrow.Bad(path, "split.count", null,
                $"this is part {opened.Get<ushort>("split.no") + 1} of {count}, but the file's name does not end in -00001-of-{count:D5}.gguf");

        Dictionary<string, TensorInfo> tensors = new(StringComparer.Ordinal);
        GgufHeader? first = null;
        for (int i = 0; i < count; i++)
        {
            string part = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path) ?? "", name!.Of(i + 1));
            if (!File.Exists(part)) GgufThrow.Bad(path, null, null, $"part {i + 1} of {count} is missing: {part}");
            TensorSource source = new(part);
            parts.Add(source);
            GgufHeader header = GgufHeader.Parse(source, i);
            first ??= header;
            if (header.Metadata.Get<ushort>("split.count") != count || header.Metadata.Get<ushort>("split.no") != i)
                GgufThrow.Bad(part, "split.no", null,
                    $"this should be part {i + 1} of {count}, but says that it is part {header.Metadata.Get<ushort>("split.no") + 1} of "
                    + $"{header.Metadata.Get<ushort>("split.count")}");
            foreach (TensorInfo tensor in header.Tensors)
            {
                if (!tensors.TryAdd(tensor.Name, tensor)) GgufThrow.Bad(part, tensor.Name, tensor.Offset, $"the tensor is also in {tensors[tensor.Name].File}");
            }
        }
        if (first!.Metadata.TryGet("split.tensors.count", out long expected) && expected != tensors.Count)
            GgufThrow.Bad(path, "split.tensors.count", null, $"the parts hold {tensors.Count} tensors, but {expected} are announced");
        return new GgufFile(path, [.. parts], tensors, first);
    }

    private static Dictionary<string, TensorInfo> ByName(GgufHeader header)
    {
        Dictionary<string, TensorInfo> tensors = new(header.Tensors.Count, StringComparer.Ordinal);
        foreach (TensorInfo tensor in header.Tensors) tensors.Add(tensor.Name, tensor);
        return tensors;
    }
}
