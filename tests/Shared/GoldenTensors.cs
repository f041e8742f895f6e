using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Bloomery.TestSupport;

/// <summary>
/// The tensors of one golden <c>.safetensors</c> file, read by the plainest means there are, so that golden tests depend on none of the code they test.
/// </summary>
public sealed class GoldenTensors
{
    private readonly byte[] _file;
    private readonly int _dataStart;
    private readonly Dictionary<string, Entry> _entries = [];

    private GoldenTensors(string path)
    {
        Path = path;
        _file = File.ReadAllBytes(path);
        int headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_file));
        _dataStart = 8 + headerLength;
        using JsonDocument header = JsonDocument.Parse(_file.AsMemory(8, headerLength));
        foreach (JsonProperty tensor in header.RootElement.EnumerateObject())
        {
            if (tensor.Name == "__metadata__") continue;
            JsonElement offsets = tensor.Value.GetProperty("data_offsets");
            _entries.Add(tensor.Name, new Entry(
                tensor.Value.GetProperty("dtype").GetString()!,
                [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())],
                offsets[0].GetInt32(),
                offsets[1].GetInt32()));
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors' names.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Reads a file; its path is absolute or relative to <see cref="TestPaths.Golden"/>.</summary>
    public static GoldenTensors Load(string path) => new(System.IO.Path.Combine(TestPaths.Golden, path));

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>The tensor's element type as written: <c>F32</c>, <c>I64</c>, <c>U8</c>, ...</summary>
    public string DType(string name) => Find(name).DType;

    /// <summary>The tensor's shape, outermost dimension first.</summary>
    public int[] Shape(string name) => Find(name).Shape;

    /// <summary>The tensor's bytes as stored.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        Entry entry = Find(name);
        return _file.AsSpan(_dataStart + entry.Begin, entry.End - entry.Begin);
    }

    /// <summary>The elements of a floating-point tensor (F64 is rounded).</summary>
    public float[] Floats(string name) => DType(name) switch
    {
        "F32" => Elements<float>(name).ToArray(),
        "F64" => Convert<double, float>(name, value => (float)value),
        "F16" => Convert<Half, float>(name, value => (float)value),
        "BF16" => Convert<ushort, float>(name, value => BitConverter.UInt32BitsToSingle((uint)value << 16)),
        string other => throw new InvalidDataException($"{Path}: '{name}' is {other}, no floating-point type"),
    };

    /// <summary>The elements of an F64 tensor, or those of a narrower floating-point tensor widened.</summary>
    public double[] Doubles(string name) => DType(name) == "F64" ? Elements<double>(name).ToArray() : Array.ConvertAll(Floats(name), value => (double)value);

    /// <summary>The elements of an integer or boolean tensor.</summary>
    public long[] Int64s(string name) => DType(name) switch
    {
        "I64" => Elements<long>(name).ToArray(),
        "I32" => Convert<int, long>(name, value => value),
        "I16" => Convert<short, long>(name, value => value),
        "I8" => Convert<sbyte, long>(name, value => value),
        "U8" or "BOOL" => Convert<byte, long>(name, value => value),
        string other => throw new InvalidDataException($"{Path}: '{name}' is {other}, no integer type"),
    };

    /// <summary>The elements of an integer tensor as <see cref="int"/>: token ids.</summary>
    public int[] Int32s(string name) => Array.ConvertAll(Int64s(name), value => checked((int)value));

    private Entry Find(string name) => _entries.TryGetValue(name, out Entry? entry)
        ? entry
        : throw new KeyNotFoundException($"{Path} has no tensor '{name}'; it has: {string.Join(", ", _entries.Keys)}");

    private ReadOnlySpan<T> Elements<T>(string name) where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes(name));

    private TTo[] Convert<TFrom, TTo>(string name, Converter<TFrom, TTo> convert) where TFrom : unmanaged =>
        Array.ConvertAll(Elements<TFrom>(name).ToArray(), convert);

    private sealed record Entry(string DType, int[] Shape, int Begin, int End);
}
