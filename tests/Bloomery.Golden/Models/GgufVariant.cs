using System.Runtime.InteropServices;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Golden.Models;

/// <summary>A GGUF file in memory whose keys and tensors can be changed, and saved as another file.</summary>
internal sealed class GgufVariant
{
    private readonly GgufWriter _writer;

    public GgufVariant(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        _writer = new GgufWriter().CopyFrom(file.Metadata);
        Architecture = file.Metadata.Get<string>("general.architecture");
        Layers = file.Metadata.Get<int>($"{Architecture}.block_count");
        Hidden = file.Metadata.Get<int>($"{Architecture}.embedding_length");
        Context = file.Metadata.Get<int>($"{Architecture}.context_length");
        foreach (TensorInfo tensor in file.Tensors.Values) Tensors[tensor.Name] = (tensor.Shape, file.Dequantize(tensor));
    }

    public string Architecture { get; }

    public int Layers { get; }

    public int Hidden { get; }

    public int Context { get; }

    public Dictionary<string, (long[] Shape, float[] Data)> Tensors { get; } = [];

    public void Set<T>(string key, T value) where T : notnull => _writer.Set($"{Architecture}.{key}", value);

    public void Remove(string key) => _writer.Remove($"{Architecture}.{key}");

    /// <summary>A tensor that looks random and is the same everywhere.</summary>
    public void AddWave(string name, float size, int seed, params long[] shape)
    {
        float[] data = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < data.Length; i++) data[i] = (float)(size * Math.Sin(seed + i + 1.0));
        Tensors[name] = (shape, data);
    }

    /// <summary>Makes one tensor of several, one after the other.</summary>
    public void Join(string target, params string[] parts)
    {
        if (!parts.All(Tensors.ContainsKey)) return;
        long[] shape = [parts.Sum(p => Tensors[p].Shape[0]), .. Tensors[parts[0]].Shape[1..]];
        Tensors[target] = (shape, [.. parts.SelectMany(p => Tensors[p].Data)]);
        foreach (string part in parts) Tensors.Remove(part);
    }

    /// <summary>Makes tensors of the slices of one.</summary>
    public void Cut(string source, Func<int, string> name, params long[] rows)
    {
        (long[] shape, float[] data) = Tensors[source];
        int width = data.Length / (int)shape[0], at = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int count = (int)rows[i] * width;
            Tensors[name(i)] = (rows[i] == 1 && shape.Length == 3 ? shape[1..] : [rows[i], .. shape[1..]], data[at..(at + count)]);
            at += count;
        }
        Tensors.Remove(source);
    }

    public void Save(string path)
    {
        foreach ((string name, (long[] shape, float[] data)) in Tensors) _writer.Add(name, BlockFormat.F32, shape,
            MemoryMarshal.AsBytes(data.AsSpan()).ToArray());
        _writer.Save(path);
    }
}
