using Bloomery.Formats;

namespace Bloomery.Models.Weights;

/// <summary>
/// The weights that an architecture declares, under canonical (GGUF) names, with their names in safetensors checkpoints. Executed by
/// <see cref="WeightLoader"/>.
/// </summary>
internal sealed class WeightMap
{
    // Heads of reward and value models and of classifiers, where nothing but their name tells them from the model.
    private static readonly HashSet<string> Heads =
        ["v_head", "value_head", "reward_head", "score", "classifier", "classification_head", "regression_head", "qa_outputs", "multiple_choice_head"];

    private readonly List<WeightEntry> _entries = [];
    private readonly List<string> _prefixes = [""];
    private readonly List<string> _namespaces = [];
    private readonly HashSet<string> _copies = [];
    private readonly Dictionary<string, int> _layers = []; // what precedes the number -> how many there are
    private readonly string _file;
    private readonly Func<string, bool>? _contains;

    // Buffers that older versions of the reference library stored with the weights; what activations would be quantised by; rotary factors are read
    // with the configuration.
    private readonly List<string> _ignored =
    [
        "attn.bias", "attention.bias", "masked_bias", "inv_freq", "cos_cached", "sin_cached", "position_ids", "input_scale",
        "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight",
    ];

    /// <summary>Begins an empty map.</summary>
    /// <param name="isGguf">Whether the file at hand is GGUF: canonical names then apply, unless a source says otherwise.</param>
    /// <param name="contains">Whether the file at hand has a tensor of that full name; null: there is no file, and nothing can be missing (a dry run).</param>
    /// <param name="file">The file's name, for messages.</param>
    public WeightMap(bool isGguf, Func<string, bool>? contains = null, string file = "") => (IsGguf, _contains, _file) = (isGguf, contains, file);

    /// <summary>Whether the file at hand is GGUF.</summary>
    public bool IsGguf { get; }

    /// <summary>Whether the file is yet to be written: nothing can be missing, and what it will have is asked for by canonical name.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>What was declared.</summary>
    public IReadOnlyList<WeightEntry> Entries => _entries;

    /// <summary>The declarations outside the layers.</summary>
    public LayerMap Root => new(this, "", "");

    /// <summary>Whether the file at hand has a tensor of that name (without the optional prefix): for families whose files come in two layouts.</summary>
    public bool Contains(string name) => _contains is not null && _prefixes.Any(p => _contains(p + name));

    /// <summary>
    /// Whether the file at hand has that very tensor: for files that may hold the same in several layouts. A file that is yet to be written has the usual
    /// one.
    /// </summary>
    public bool Holds(string name) => !IsPlanned && _contains is not null && _contains(name);

    /// <summary>Names in safetensors files may begin with <paramref name="prefix"/>, or not.</summary>
    public void Prefix(string prefix) => _prefixes.Insert(0, prefix);

    /// <summary>Stored tensors of these names, or whose names end so after a dot, are not needed.</summary>
    public void Ignore(params string[] names) => _ignored.AddRange(names);

    /// <summary>Stored tensors whose names begin so are not needed.</summary>
    public void IgnoreUnder(params string[] beginnings) => _namespaces.AddRange(beginnings);

    /// <summary>The declarations of layer <paramref name="index"/>: canonical <c>blk.N.</c>, in checkpoints <paramref name="prefix"/>.</summary>
    public LayerMap Layer(int index, string prefix) => Layer(index, $"blk.{index}.", prefix);

    /// <summary>
    /// The declarations of layer <paramref name="index"/> under <paramref name="canonical"/>, in checkpoints under <paramref name="source"/>. Stored layers
    /// beyond the last declared one are not needed.
    /// </summary>
    public LayerMap Layer(int index, string canonical, string source)
    {
        string name = IsGguf ? canonical : source, number = $"{index}.";
        int at = name.IndexOf(number, StringComparison.Ordinal);
        if (at >= 0) _layers[name[..at]] = index + 1;
        return new LayerMap(this, canonical, source);
    }

    /// <summary>The declarations under <paramref name="canonical"/>, in checkpoints under <paramref name="source"/>.</summary>
    public LayerMap Under(string canonical, string source) => new(this, canonical, source);

    /// <summary>Whether a stored tensor is left unread on purpose.</summary>
    public bool Ignores(string name)
    {
        if (_copies.Contains(name) || _ignored.Any(end => name == end || (name.EndsWith(end, StringComparison.Ordinal) && name[^(end.Length + 1)] == '.')))
            return true;
        foreach (string prefix in _prefixes)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> rest = name.AsSpan(prefix.Length);
            foreach (string beginning in _namespaces)
                if (rest.StartsWith(beginning, StringComparison.Ordinal)) return true;
            foreach ((string stem, int count) in _layers)
                if (rest.StartsWith(stem, StringComparison.Ordinal) && LayerNumber(rest[stem.Length..]) >= count) return true;
        }
        return false;
    }

    /// <summary>Whether <paramref name="name"/> lies under one of the prefixes.</summary>
    public bool HasPrefix(string name) => _prefixes.Any(p => p.Length > 0 && name.StartsWith(p, StringComparison.Ordinal));

    /// <summary>
    /// Whether a stored tensor belongs to a head beside the model: to no module that was declared, and outside the prefix that the model's own tensors
    /// have.
    /// </summary>
    /// <param name="name">The tensor.</param>
    /// <param name="prefixed">Whether the model's own tensors lie under a prefix.</param>
    public bool IsHead(string name, bool prefixed)
    {
        if (IsGguf) return false;
        string module = Module(name);
        if (_prefixes.Any(p => Module(p) == module)) return false;
        return (prefixed || Heads.Contains(module)) && !_entries.Any(e => e.Parts.Any(p => p.Names.Any(n => Module(n) == module)));
    }

    internal void Add(WeightEntry entry)
    {
        if (!entry.Optional && entry.TiedTo is null)
            foreach (WeightPart part in entry.Parts) Demand(part);
        _entries.Add(entry);
    }

    /// <summary>Fails early where a tensor is missing, before a hostile number of layers or experts is written down.</summary>
    internal void Demand(WeightPart part)
    {
        if (_contains is not null && !IsPlanned && !part.Names.Any(_contains))
            throw new ModelFormatException(_file, part.Names[0], null, "the file lacks this tensor");
    }

    /// <summary>
    /// Lets <paramref name="alternatives"/> serve as the embedding table: further copies of it are not needed, and a tied head may be all there is.
    /// </summary>
    internal void IgnoreCopies(IEnumerable<string> alternatives) => _copies.UnionWith(alternatives);

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

    private static string Module(string name) => name.IndexOf('.') is >= 0 and int dot ? name[..dot] : name;

    /// <summary>The number before the first dot, -1 where there is none.</summary>
    private static int LayerNumber(ReadOnlySpan<char> text)
    {
        int dot = text.IndexOf('.');
        return dot > 0 && int.TryParse(text[..dot], System.Globalization.NumberStyles.None, null, out int number) ? number : -1;
    }
}
