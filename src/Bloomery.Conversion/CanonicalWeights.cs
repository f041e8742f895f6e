using System.Diagnostics.CodeAnalysis;
using Bloomery.Formats;
using Bloomery.Models.Architectures;
using Bloomery.Models.Weights;

namespace Bloomery.Conversion;

/// <summary>All weights of a file by canonical name.</summary>
internal sealed class CanonicalWeights
{
    private readonly Dictionary<string, CanonicalWeight> _weights = new(StringComparer.Ordinal);

    /// <summary>Finds and checks the weights that <paramref name="architecture"/> declares.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, left over, or of another shape than the configuration says.</exception>
    public CanonicalWeights(TensorFile file, Architecture architecture)
    {
        WeightMap map = new(architecture.Config.IsGguf, file.Tensors.ContainsKey, file.Path);
        architecture.Map(map);
        WeightFinder finder = WeightFinder.Find(file, map);
        Warning = finder.Warning;
        foreach (FoundWeight found in finder.Found) _weights.Add(found.Entry.Target, new CanonicalWeight(file, found));
        // A head that is the embedding once more is left out, and so are copies of it: the new file ties them.
        foreach ((string name, CanonicalWeight weight) in _weights.ToArray())
            if (weight.Entry.TiedTo is { } tied && _weights[tied].Equals(weight)) _weights.Remove(name);
    }

    /// <summary>What a user should hear about the file, or null.</summary>
    public string? Warning { get; }

    /// <summary>The names that are there.</summary>
    public IReadOnlyCollection<string> Names => _weights.Keys;

    /// <summary>The weight of that name.</summary>
    public CanonicalWeight this[string name] => _weights[name];

    /// <summary>Whether there is a weight of that name.</summary>
    public bool Contains(string name) => _weights.ContainsKey(name);

    /// <summary>Looks a weight up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out CanonicalWeight? weight) => _weights.TryGetValue(name, out weight);

    /// <summary>Leaves a weight out.</summary>
    public bool Remove(string name) => _weights.Remove(name);

    /// <summary>Gives a head that is the embedding a tensor of its own.</summary>
    public void Untie()
    {
        if (!Contains("output.weight")) _weights.Add("output.weight", _weights["token_embd.weight"].Named("output.weight"));
    }

    /// <summary>Rows of a matrix, or 0.</summary>
    public int RowsOf(string name) => TryGet(name, out CanonicalWeight? weight) ? weight.Rows : 0;

    /// <summary>Rows of a weight that one layer or another has, or 0.</summary>
    public int RowsInLayers(string name, int layers)
    {
        for (int i = 0; i < layers; i++)
            if (TryGet($"blk.{i}.{name}", out CanonicalWeight? weight) || TryGet($"dec.blk.{i}.{name}", out weight)) return weight.Rows / weight.Entry.Stack;
        return 0;
    }
}
