using System.Runtime.InteropServices;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Tests.Models.Naive;

/// <summary>A random checkpoint that comes into being as a naive model asks for its tensors: the same names always hold the same numbers.</summary>
internal sealed class NaiveWeights
{
    private readonly Dictionary<string, (int[] Shape, float[] Data)> _tensors = [];

    public IEnumerable<string> Names => _tensors.Keys;

    public IEnumerable<(string Name, int[] Shape, float[] Data)> Tensors => _tensors.Select(t => (t.Key, t.Value.Shape, t.Value.Data));

    /// <summary>(outputs, inputs) of a linear layer, in rows.</summary>
    public float[] Matrix(string name, int outputs, int inputs) => Get(name, 0, 1 / Math.Sqrt(inputs), outputs, inputs);

    /// <summary>A gain or a bias around <paramref name="mean"/>.</summary>
    public float[] Vector(string name, int size, double mean = 0) => Get(name, mean, 0.2, size);

    /// <summary>(rows, columns) of an embedding table.</summary>
    public float[] Table(string name, int rows, int columns) => Get(name, 0, 0.5, rows, columns);

    public void Remove(string name) => _tensors.Remove(name);

    public void Rename(string name, string other)
    {
        _tensors[other] = _tensors[name];
        _tensors.Remove(name);
    }

    public void Put(string name, int[] shape, float[] data) => _tensors[name] = (shape, data);

    public void Save(string directory, string config, long shardBytes = long.MaxValue)
    {
        SafetensorsWriter writer = new();
        foreach ((string name, (int[] shape, float[] data)) in _tensors)
            writer.Add(name, BlockFormat.F32, [.. shape.Select(s => (long)s)], MemoryMarshal.AsBytes<float>(data).ToArray());
        Directory.CreateDirectory(directory);
        writer.SaveModel(directory, shardBytes);
        File.WriteAllText(Path.Combine(directory, "config.json"), config);
    }

    /// <summary>Writes the tensors in one type after the other, in shards; they are rounded to what all types hold exactly.</summary>
    public void SaveInManyTypes(string directory, string config)
    {
        SafetensorsWriter writer = new();
        int i = 0;
        foreach ((string name, (int[] shape, float[] data)) in _tensors)
        {
            for (int k = 0; k < data.Length; k++) data[k] = MathF.Round(data[k] * 64) / 64;
            (string type, byte[] bytes) = (i++ % 4) switch
            {
                0 => ("f16", MemoryMarshal.AsBytes<Half>(data.Select(v => (Half)v).ToArray()).ToArray()),
                1 => ("bf16", MemoryMarshal.AsBytes<ushort>(data.Select(v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)).ToArray()).ToArray()),
                2 => ("f64", MemoryMarshal.AsBytes<double>(data.Select(v => (double)v).ToArray()).ToArray()),
                _ => ("f32", MemoryMarshal.AsBytes<float>(data).ToArray()),
            };
            Assert.True(BlockFormat.TryFind(type, out BlockFormat? format));
            writer.Add(name, format, [.. shape.Select(s => (long)s)], bytes);
        }
        writer.SaveModel(directory, 3000);
        File.WriteAllText(Path.Combine(directory, "config.json"), config);
    }

    private float[] Get(string name, double mean, double deviation, params int[] shape)
    {
        if (_tensors.TryGetValue(name, out (int[] Shape, float[] Data) found))
        {
            Assert.True(found.Shape.SequenceEqual(shape), $"{name} was asked for with two shapes");
            return found.Data;
        }
        uint seed = 2166136261;
        foreach (char c in name) seed = (seed ^ c) * 16777619;
        Random random = new((int)(seed & 0x7FFFFFFF));
        float[] data = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < data.Length; i++)
            data[i] = (float)(mean + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        _tensors[name] = (shape, data);
        return data;
    }
}
