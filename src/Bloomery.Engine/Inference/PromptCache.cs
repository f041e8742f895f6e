using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.KvCache;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Platform;

namespace Bloomery.Engine.Inference;

/// <summary>
/// The keys and values of a prompt in a file, so that a later process which begins with the same tokens need not run them again.
/// Whatever could change a value is part of the file's key (checkpoint, build of the program, kernels, cache types, context), so a text is the same
/// with the file and without.
/// </summary>
internal sealed class PromptCache
{
    private const string Kind = "bloomery-prompt-cache-1", KindKey = "kind", IdsName = "ids";

    /// <summary>The last tensor of the file, because it is the sum of those before it: the writer orders by width, then by name.</summary>
    private const string SumName = "~sha256";

    private readonly Runtime _runtime;
    private readonly SortedDictionary<string, string> _key;

    /// <summary>Prepares to use <paramref name="path"/>, which need not be there yet.</summary>
    /// <exception cref="NotSupportedException">The model is no decoder, or the path a pipe or a device.</exception>
    public PromptCache(Runtime runtime, string path)
    {
        if (runtime.Architecture.Kind != ArchitectureKind.Decoder)
            throw new NotSupportedException($"a prompt cache is for decoders; {runtime.Architecture.Config.ModelType} is none");
        if (SpecialFiles.IsOne(path)) throw new NotSupportedException($"{path} is a pipe or a device; a prompt cache needs a file, which is read and replaced");
        (_runtime, Path) = (runtime, path);
        _key = new(StringComparer.Ordinal)
        {
            [KindKey] = Kind,
            ["model"] = ModelFingerprint.Of(runtime.Model),
            // The same kernels may round otherwise in the next version.
            ["build"] = $"{typeof(KernelSet).Module.ModuleVersionId:N}{typeof(LoadedModel).Module.ModuleVersionId:N}",
            ["kernels"] = runtime.Choice.Kernels.Name,
            ["exact"] = runtime.Options.Exact.ToString(CultureInfo.InvariantCulture),
            ["kv_type"] = $"{runtime.KeyType},{runtime.ValueType}",
            ["context"] = runtime.ContextLength.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Why the file, though it is there, was not used; null where it was, or is not there.</summary>
    public string? Unused { get; private set; }

    /// <summary>
    /// Fills the empty <paramref name="sequence"/> with what the file shares with <paramref name="prompt"/>, and returns how many tokens that is.
    /// </summary>
    /// <exception cref="ModelFormatException">The file is something else, or damaged: it is not to be written over.</exception>
    public int Restore(Sequence sequence, ReadOnlySpan<int> prompt)
    {
        if (!File.Exists(Path) || new FileInfo(Path).Length == 0) return 0; // an empty file is one that a caller has made beforehand
        using SafetensorsFile file = Open();
        if (file.Metadata.GetValueOrDefault(KindKey) != Kind)
            throw new ModelFormatException(Path, KindKey, null, "is not a prompt cache of this version; name another file, or remove this one");
        if (_key.FirstOrDefault(entry => file.Metadata.GetValueOrDefault(entry.Key) != entry.Value) is { Key: { } other })
        {
            Unused = $"it was made with another {other.Replace('_', ' ')}";
            return 0;
        }
        long tokens = file.Tensor(IdsName).ElementCount;
        if (tokens > _runtime.ContextLength)
            throw new ModelFormatException(Path, IdsName, null,
                $"has {tokens} tokens, more than the context of {_runtime.ContextLength} that the file states: it is damaged; remove it");
        TensorInfo sum = file.Tensor(SumName);
        if (sum.ByteLength != SHA256.HashSizeInBytes || !file.Bytes(sum).SequenceEqual(Sum(file)))
            throw new ModelFormatException(Path, SumName, null, "is not the sum of what the file holds: it is damaged; remove it");
        ReadOnlySpan<int> ids = MemoryMarshal.Cast<byte, int>(file.Bytes(file.Tensor(IdsName)));
        prompt = prompt[..Math.Min(prompt.Length, _runtime.ContextLength)];
        int shared = ids.CommonPrefixLength(prompt);
        if (shared > 0) sequence.Restore(file, ids[..shared]);
        return shared;
    }

    /// <summary>Writes what <paramref name="sequence"/> holds, replacing the file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(Sequence sequence)
    {
        SnapshotTensor[] tensors = [new(IdsName, KvSnapshot.Format("i32"), [sequence.Count], stream => stream.Write(MemoryMarshal.AsBytes(sequence.Ids))),
            .. sequence.Snapshot()];
        SafetensorsWriter writer = new();
        foreach ((string key, string value) in _key) writer.Metadata[key] = value;
        // Summed while it is written: what is cached may be gigabytes.
        using IncrementalHash sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SnapshotTensor tensor in tensors)
            writer.Add(tensor.Name, tensor.Format, tensor.Shape, stream =>
            {
                sum.AppendData(Encoding.UTF8.GetBytes(tensor.Name));
                using SummingStream summing = new(stream, sum);
                tensor.Write(summing);
            });
        writer.Add(SumName, KvSnapshot.Format("u8"), [SHA256.HashSizeInBytes], stream => stream.Write(sum.GetHashAndReset()));
        writer.Save(Path);
    }

    private SafetensorsFile Open()
    {
        try
        {
            return SafetensorsFile.Open(Path);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException(Path, null, null, $"is no prompt cache, or a damaged one; name another file, or remove this one ({e.Message})", e);
        }
    }

    /// <summary>The SHA-256 of the names and the bytes of all tensors but the sum, in their order in the file.</summary>
    private static byte[] Sum(TensorFile file)
    {
        const int Step = 1 << 20;
        using IncrementalHash sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TensorInfo tensor in file.Tensors.Values.Where(t => t.Name != SumName).OrderBy(t => t.Offset))
        {
            sum.AppendData(Encoding.UTF8.GetBytes(tensor.Name));
            for (long at = 0; at < tensor.ByteLength; at += Step) sum.AppendData(file.Bytes(tensor, at, (int)Math.Min(Step, tensor.ByteLength - at)));
        }
        return sum.GetHashAndReset();
    }
}
