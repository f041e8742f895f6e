using System.Diagnostics.CodeAnalysis;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Weights;

/// <summary>All loaded weights of a model, by canonical name.</summary>
internal sealed class WeightSet : IDisposable
{
    private readonly Dictionary<string, IReadOnlyList<Matrix>> _matrices = [];
    private readonly Dictionary<string, float[]> _vectors = [];
    private readonly Dictionary<string, Weight> _weights = [];
    private readonly List<IDisposable> _owners = [];

    /// <summary>Names with suffix of everything that is there.</summary>
    public IEnumerable<string> Names => _matrices.Keys.Concat(_vectors.Keys);

    /// <summary>Weights in all tensors; a matrix that serves twice counts once.</summary>
    public long ParameterCount =>
        _matrices.Values.SelectMany(m => m).Distinct().Sum(m => (long)m.Rows * m.Columns) + _vectors.Values.Distinct().Sum(v => (long)v.Length);

    /// <summary>Bytes of all tensors.</summary>
    public long ByteLength =>
        _matrices.Values.SelectMany(m => m).Distinct().Sum(m => m.ByteLength) + _vectors.Values.Distinct().Sum(v => v.Length * (long)sizeof(float));

    /// <summary>Bytes of the matrices that are used where the file maps them, without a copy.</summary>
    public long MappedBytes { get; private set; }

    /// <summary>What a user should hear about the file that they come from, or null.</summary>
    public string? Warning { get; init; }

    /// <summary>The weight of that canonical name without suffix.</summary>
    /// <exception cref="KeyNotFoundException">The architecture did not declare it, or the file does not have it.</exception>
    public Weight this[string name] => TryGet(name, out Weight? weight) ? weight : throw new KeyNotFoundException($"the model has no weight '{name}'");

    /// <summary>Looks a weight up by its canonical name without suffix.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Weight? weight)
    {
        if (_weights.TryGetValue(name, out weight)) return true;
        _matrices.TryGetValue(name + ".weight", out IReadOnlyList<Matrix>? matrices);
        if (!_vectors.TryGetValue(name + ".weight", out float[]? gain)) _vectors.TryGetValue(name, out gain);
        _vectors.TryGetValue(name + ".bias", out float[]? bias);
        if (matrices is null && gain is null && bias is null) return false;
        _weights[name] = weight = new Weight(name, matrices, gain, bias) { Scales = _vectors.GetValueOrDefault(name + ".scale") };
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owner in _owners) owner.Dispose();
        _owners.Clear();
    }

    internal void Add(string name, IReadOnlyList<Matrix> matrices) => _matrices.Add(name, matrices);

    internal void Add(string name, float[] vector) => _vectors.Add(name, vector);

    internal void Tie(string name, string other) => _matrices.Add(name, _matrices[other]);

    internal void AddMapped(long bytes)
    {
        lock (_owners) MappedBytes += bytes;
    }

    /// <summary>Takes over what is to be freed with the set; weights are loaded by several threads.</summary>
    internal void Own(IDisposable memory)
    {
        lock (_owners) _owners.Add(memory);
    }
}
