using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Models;
using Bloomery.Models.Architectures;
using Bloomery.Models.KvCache;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Engine.Inference;

/// <summary>
/// The keys and values of a prompt in a file, so that a later process which begins with the same tokens need not run them again.
/// Whatever could change a value is part of the file's key (checkpoint, build of the program, kernels, cache types, context), so a text is the same with the file and without.
/// </summary>
internal sealed class PromptCache
{
    private const string Kind = "bloomery-prompt-cache-1", KindKey = "kind", IdsName = "ids", SumKey = "sha256";
    private readonly Runtime _runtime;
    private readonly SortedDictionary<string, string> _key;

    /// <summary>Prepares to use <paramref name="path"/>, which need not be there yet.</summary>
    /// <exception cref="NotSupportedException">The model is no decoder.</exception>
    public PromptCache(Runtime runtime, string path)
    {
        if (runtime.Architecture is not DecoderArchitecture) throw new NotSupportedException($"a prompt cache is for decoders; {runtime.Architecture.Config.ModelType} is none");
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

    /// <summary>Fills the empty <paramref name="sequence"/> with what the file shares with <paramref name="prompt"/>, and returns how many tokens that is.</summary>
    /// <exception cref="ModelFormatException">The file is something else, or damaged: it is not to be written over.</exception>
    public int Restore(Sequence sequence, ReadOnlySpan<int> prompt)
    {
        if (!File.Exists(Path)) return 0;
        using SafetensorsFile file = Open();
        if (file.Metadata.GetValueOrDefault(KindKey) != Kind)
            throw new ModelFormatException(Path, KindKey, null, "is not a prompt cache of this version; name another file, or remove this one");
        if (_key.FirstOrDefault(entry => file.Metadata.GetValueOrDefault(entry.Key) != entry.Value) is { Key: { } other })
        {
            Unused = $"it was made with another {other.Replace('_', ' ')}";
            return 0;
        }
        byte[] sum = Sum(file.Tensors.Values.Select(t => (t.Name, (Action<Stream>)(stream => Copy(file, t, stream)))));
        if (file.Metadata.GetValueOrDefault(SumKey) != Convert.ToHexStringLower(sum))
            throw new ModelFormatException(Path, SumKey, null, "is not the sum of what the file holds: it is damaged; remove it");
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
        SnapshotTensor[] tensors = [new(IdsName, KvSnapshot.Format("i32"), [sequence.Count], stream => stream.Write(MemoryMarshal.AsBytes(sequence.Ids))), .. sequence.Snapshot()];
        SafetensorsWriter writer = new();
        foreach ((string key, string value) in _key) writer.Metadata[key] = value;
        writer.Metadata[SumKey] = Convert.ToHexStringLower(Sum(tensors.Select(t => (t.Name, t.Write))));
        foreach (SnapshotTensor tensor in tensors) writer.Add(tensor.Name, tensor.Format, tensor.Shape, tensor.Write);
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

    /// <summary>The SHA-256 of all tensors, in the order of their names.</summary>
    private static byte[] Sum(IEnumerable<(string Name, Action<Stream> Write)> tensors)
    {
        using SHA256 hash = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, hash, CryptoStreamMode.Write))
            foreach ((_, Action<Stream> write) in tensors.OrderBy(t => t.Name, StringComparer.Ordinal)) write(stream);
        return hash.Hash!;
    }

    private static void Copy(TensorFile file, TensorInfo tensor, Stream stream)
    {
        const int Step = 1 << 20;
        for (long at = 0; at < tensor.ByteLength; at += Step) stream.Write(file.Bytes(tensor, at, (int)Math.Min(Step, tensor.ByteLength - at)));
    }
}
