using System.Text.Json.Nodes;
using Bloomery.Formats;

namespace Bloomery.Models.Config;

/// <summary>
/// A GGUF file's keys while they are told in the words of <c>config.json</c>. Keys are named without the architecture; those without a translation stay
/// readable as <c>gguf.KEY</c>.
/// </summary>
internal sealed class GgufTranslation
{
    private const string LayerTypes = "layer_types";
    private readonly ModelConfig _file;
    private readonly JsonObject _json;
    private readonly Dictionary<string, string> _origins = []; // name in config.json -> GGUF key, for messages

    /// <summary>Begins with the generic translation.</summary>
    public GgufTranslation(ModelConfig file)
    {
        (_file, _json) = (file, file.Json.DeepClone().AsObject());
        // Many files state a window that no reader obeys: families say whether theirs do.
        _json.Remove("sliding_window");
        _json.Remove(LayerTypes);
    }

    /// <summary>Blocks that take part in the next token.</summary>
    public int Layers => _file.Count("num_hidden_layers");

    /// <summary>Rows of the embedding table.</summary>
    public int Vocabulary => _file.Size("vocab_size");

    /// <summary>Elements of a head, as translated.</summary>
    public int HeadDim => (int?)_json["head_dim"] ?? throw Error("attention.head_count", "does not divide the embedding length");

    /// <summary>Whether the file has that key.</summary>
    public bool Has(string key) => _file.Has(Own(key));

    /// <summary>Whether the file has that tensor, under its canonical name.</summary>
    public bool HasTensor(string name) => _file.HasTensor(name);

    /// <summary>A positive size that must be there.</summary>
    public int Size(string key) => _file.Size(Own(key));

    /// <summary>A whole number, or null.</summary>
    public int? Whole(string key) => _file.IntOrNull(Own(key));

    /// <summary>A number, or null.</summary>
    public double? Number(string key) => _file.DoubleOrNull(Own(key));

    /// <summary>A truth value, or a default.</summary>
    public bool Flag(string key, bool fallback) => _file.BoolOr(fallback, Own(key));

    /// <summary>Refuses a file that lacks a key.</summary>
    public void Require(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            if (!Has(key)) throw Error(key, "is missing");
    }

    /// <summary>States a value; <paramref name="key"/> is where the file has it, for messages.</summary>
    public void Set(string name, JsonNode? value, string? key = null)
    {
        _json[name] = value;
        if (key is not null) _origins[name] = key;
    }

    /// <summary>States a value where the generic translation found none.</summary>
    public void Default(string name, JsonNode? value)
    {
        if (!_json.ContainsKey(name)) _json[name] = value;
    }

    /// <summary>States what the file has under <paramref name="key"/>, or else <paramref name="fallback"/>; nothing where both are null.</summary>
    public void Take(string name, string key, JsonNode? fallback = null)
    {
        if ((_file.Json[Own(key)]?.DeepClone() ?? fallback) is { } value) Set(name, value, key);
    }

    /// <summary>States what the file must have under <paramref name="key"/>.</summary>
    public void TakeRequired(string name, string key)
    {
        Require(key);
        Take(name, key);
    }

    /// <summary>States a factor; a key that is absent, or 0, stands for <paramref name="none"/>.</summary>
    public void TakeFactor(string name, string key, double none = 1) => Set(name, Number(key) is { } factor and not 0 ? factor : none, key);

    /// <summary>
    /// States the sliding window (0: none), and which layers have it: all but the last of each run of <paramref name="period"/> layers, unless the file has
    /// another period or a value a layer.
    /// </summary>
    public void Window(int? fallback, int period)
    {
        int? window = Whole("attention.sliding_window") ?? fallback;
        if (window == 0) window = null;
        Set("sliding_window", window, "attention.sliding_window");
        period = _file.CountOr(period, Own("attention.sliding_window_pattern"));
        JsonNode? stated = window is null ? null : _file.Json[LayerTypes]?.DeepClone(); // one value a layer
        _json[LayerTypes] = stated ?? new JsonArray([.. Enumerable.Range(0, Layers).Select(TypeOf)]);

        JsonNode? TypeOf(int layer) => window is not null && (period == 0 || (layer + 1) % period != 0) ? "sliding_attention" : "full_attention";
    }

    /// <summary>States both scales of yarn, see <see cref="Positions.RopeScaling.YarnScale"/>; nothing where the frequencies are scaled otherwise.</summary>
    public void SetYarnScales(double scale)
    {
        if (_json["rope_scaling"] is JsonObject rope && (string?)rope["rope_type"] == "yarn") (rope["mscale"], rope["mscale_all_dim"]) = (scale, scale);
    }

    /// <summary>An error about a key of the file.</summary>
    public ModelFormatException Error(string key, string problem) => _file.Error(Own(key), problem);

    /// <summary>The configuration that an architecture reads.</summary>
    public ModelConfig Result() => new(_file.File, _json, isGguf: true) { Spelling = Spell, HasTensor = _file.HasTensor };

    private string Spell(string name) => _file.Spelling?.Invoke(_origins.TryGetValue(name, out string? key) ? Own(key) : name) ?? name;

    private static string Own(string key) => "gguf." + key;
}
