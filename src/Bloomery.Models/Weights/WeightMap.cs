namespace Bloomery.Models.Weights;

/// <summary>The weights that an architecture declares, under canonical (GGUF) names, with their names in safetensors checkpoints. Executed by <see cref="WeightLoader"/>.</summary>
/// <param name="isGguf">Whether the file at hand is GGUF: canonical names then apply, unless a source says otherwise.</param>
/// <param name="contains">Whether the file at hand has a tensor of that full name.</param>
public sealed class WeightMap(bool isGguf, Func<string, bool> contains)
{
    private readonly List<WeightEntry> _entries = [];
    // Rotary factors are read with the configuration.
    private readonly List<string> _ignored = ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"];
    private readonly List<string> _prefixes = [""];

    /// <summary>Whether the file at hand is GGUF.</summary>
    public bool IsGguf { get; } = isGguf;

    /// <summary>Whether the file at hand has a tensor of that name (without the optional prefix): for families whose files come in two layouts.</summary>
    public bool Contains(string name) => _prefixes.Any(p => contains(p + name));

    /// <summary>What was declared.</summary>
    public IReadOnlyList<WeightEntry> Entries => _entries;

    /// <summary>Name endings of stored tensors that are left unread on purpose.</summary>
    public IReadOnlyList<string> Ignored => _ignored;

    /// <summary>Names in safetensors files may begin with <paramref name="prefix"/>, or not.</summary>
    public void Prefix(string prefix) => _prefixes.Insert(0, prefix);

    /// <summary>Stored tensors whose name contains <paramref name="part"/> are not needed.</summary>
    public void Ignore(params string[] part) => _ignored.AddRange(part);

    /// <summary>The declarations of layer <paramref name="index"/>: canonical <c>blk.N.</c>, in checkpoints <paramref name="prefix"/>.</summary>
    public LayerMap Layer(int index, string prefix) => new(this, $"blk.{index}.", prefix);

    /// <summary>The declarations under <paramref name="canonical"/>, in checkpoints under <paramref name="source"/>.</summary>
    public LayerMap Under(string canonical, string source) => new(this, canonical, source);

    /// <summary>The declarations outside the layers.</summary>
    public LayerMap Root => new(this, "", "");

    /// <summary>Further copies of a tensor are not needed.</summary>
    internal void IgnoreNames(IEnumerable<string> names) => _ignored.AddRange(names);

    internal void Add(WeightEntry entry) => _entries.Add(entry);

    internal WeightPart Part(string canonicalPrefix, string sourcePrefix, WeightSource source, string suffix)
    {
        if (IsGguf) return new WeightPart([canonicalPrefix + source.Name + suffix], source.Rows, source.Transposed, source.FirstInput);
        List<string> names = [];
        foreach (string prefix in _prefixes)
        {
            names.Add(prefix + sourcePrefix + source.Name + suffix);
            // Older conversions of TensorFlow checkpoints name the parameters of norms so.
            if (suffix == ".weight") names.Add(prefix + sourcePrefix + source.Name + ".gamma");
            if (suffix == ".bias") names.Add(prefix + sourcePrefix + source.Name + ".beta");
        }
        return new WeightPart(names, source.Rows, source.Transposed, source.FirstInput);
    }
}
