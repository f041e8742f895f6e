using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models.Config;

/// <summary>
/// A checkpoint's <c>config.json</c> (or what follows from a GGUF file's keys): typed look-ups under every name that a value has had, with errors that name
/// file and key.
/// </summary>
internal sealed class ModelConfig
{
    /// <summary>The names that the longest sequence has had.</summary>
    internal static readonly string[] ContextNames = ["max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length", "max_sequence_length"];

    private const NumberStyles JsonNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const int MostElements = 1 << 28, MostLayers = 1 << 14;

    /// <summary>Wraps parsed keys.</summary>
    /// <param name="file">Where they come from, for messages.</param>
    /// <param name="json">The keys.</param>
    /// <param name="isGguf">Whether they were translated from GGUF.</param>
    public ModelConfig(string file, JsonObject json, bool isGguf = false) => (File, Json, IsGguf) = (file, json, isGguf);

    /// <summary>Where the keys come from.</summary>
    public string File { get; }

    /// <summary>All keys.</summary>
    public JsonObject Json { get; }

    /// <summary>Whether the checkpoint is a GGUF file: its own conventions then apply (permuted rows, gains with the one added, ...).</summary>
    public bool IsGguf { get; }

    /// <summary>What the file itself calls a key, for messages; null: the same.</summary>
    internal Func<string, string>? Spelling { get; init; }

    /// <summary>Whether a GGUF file has a tensor of that name: some say what they are by what they hold.</summary>
    internal Func<string, bool> HasTensor { get; init; } = _ => false;

    /// <summary>The longest sequence, in tokens; where no key says it, what the reference library's class of that family has.</summary>
    internal int MaxLength => SizeOr(FamilyDefaults.MaxLength(ModelType), ContextNames);

    /// <summary>Whether a GGUF file says that its decoder is one no more: that tokens attend to later ones, too.</summary>
    internal bool SeesAhead => IsGguf && !BoolOr(true, "gguf.attention.causal");

    /// <summary>The architecture's key.</summary>
    public string ModelType => StringOr("", "model_type");

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <exception cref="ModelFormatException">It is no JSON object.</exception>
    public static ModelConfig Load(string path) => new(path, JsonFile.ReadObject(path));

    /// <summary>Whether any of the keys is there and not null.</summary>
    public bool Has(params ReadOnlySpan<string> names) => Find(names).Value is not null;

    /// <summary>A positive size of at most 2^28.</summary>
    public int Size(params ReadOnlySpan<string> names) => Ranged(IntOrNull(names) ?? throw Missing(names), 1, MostElements, names);

    /// <summary>A positive size, or a default.</summary>
    public int SizeOr(int fallback, params ReadOnlySpan<string> names) => Ranged(IntOrNull(names) ?? fallback, 1, MostElements, names);

    /// <summary>A positive size where an explicit null means "none" and an absent key means <paramref name="fallback"/>.</summary>
    public int? NullableSizeOr(int? fallback, string name) => Has(name) ? Size(name) : Json.ContainsKey(name) ? null : fallback;

    /// <summary>A number of things that there may be none of.</summary>
    public int CountOr(int fallback, params ReadOnlySpan<string> names) => Ranged(IntOrNull(names) ?? fallback, 0, MostLayers, names);

    /// <summary>A number of layers.</summary>
    public int Count(params ReadOnlySpan<string> names) => Ranged(IntOrNull(names) ?? throw Missing(names), 0, MostLayers, names);

    /// <summary>A whole number, or a default.</summary>
    public int IntOr(int fallback, params ReadOnlySpan<string> names) => IntOrNull(names) ?? fallback;

    /// <summary>A whole number, or null.</summary>
    public int? IntOrNull(params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return null;
        double value = Number(name, node);
        if (value != Math.Floor(value) || Math.Abs(value) > int.MaxValue) throw Error(name, $"is {Text(node)}; a whole number is needed");
        return (int)value;
    }

    /// <summary>A number, or a default.</summary>
    public float FloatOr(float fallback, params ReadOnlySpan<string> names) => (float)(DoubleOrNull(names) ?? fallback);

    /// <summary>What is added to the variance of a norm. GGUF files have to state it; <paramref name="fallback"/> is the reference library's class's.</summary>
    public float Epsilon(float fallback, string name) => IsGguf && !Has(name) ? throw Missing([name]) : FloatOr(fallback, name);

    /// <summary>A number, or null.</summary>
    public double? DoubleOrNull(params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        return node is null ? null : Number(name, node);
    }

    /// <summary>A number where an explicit null means "none" and an absent key means <paramref name="fallback"/>.</summary>
    public double? NullableOr(double? fallback, string name) => Json.ContainsKey(name) ? DoubleOrNull(name) : fallback;

    /// <summary>A truth value, or a default. An explicit null is no, as where these files come from.</summary>
    public bool BoolOr(bool fallback, params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return fallback && !Json.ContainsKey(name);
        return node is JsonValue value && value.TryGetValue(out bool b) ? b : throw Error(name, $"is {Text(node)}; true or false is needed");
    }

    /// <summary>A text, or a default.</summary>
    public string StringOr(string fallback, params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return fallback;
        return node is JsonValue value && value.TryGetValue(out string? s) && s != PythonJson.NotANumber
            ? s
            : throw Error(name, $"is {Text(node)}; a string is needed");
    }

    /// <summary>A list of numbers, or null.</summary>
    public double[]? NumbersOrNull(params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return null;
        if (node is not JsonArray array) throw Error(name, $"is {Text(node)}; a list of numbers is needed");
        return [.. array.Select(item => item is null ? throw Error(name, "holds null; numbers are needed") : Number(name, item))];
    }

    /// <summary>A list of texts, or null.</summary>
    public string[]? StringsOrNull(params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return null;
        if (node is not JsonArray array) throw Error(name, $"is {Text(node)}; a list of strings is needed");
        return [.. array.Select(item => item is JsonValue v && v.TryGetValue(out string? s) && s != PythonJson.NotANumber
            ? s
            : throw Error(name, "holds something else than strings"))];
    }

    /// <summary>The keys of an object inside, or null.</summary>
    public ModelConfig? Section(params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return null;
        return node is JsonObject json ? With(json) : throw Error(name, $"is {Text(node)}; an object is needed");
    }

    /// <summary>Other keys of the same file.</summary>
    internal ModelConfig With(JsonObject json) => new(File, json, IsGguf) { Spelling = Spelling, HasTensor = HasTensor };

    /// <summary>An activation by the reference library's name.</summary>
    public Activation ActivationOr(Activation fallback, params ReadOnlySpan<string> names)
    {
        (string name, JsonNode? node) = Find(names);
        if (node is null) return fallback;
        return Activations.Parse(StringOr("", name))
            ?? throw Error(name, $"is {Text(node)}, an activation that is not supported; supported are {Activations.Names}");
    }

    /// <summary>Refuses a key that would change results in a way that is not supported.</summary>
    public void Require(bool supported, string name, string expected)
    {
        if (!supported) throw Error(name, $"is {Text(Find([name]).Value)}, which is not supported; {expected}");
    }

    /// <summary>An error about one key.</summary>
    public ModelFormatException Error(string name, string problem) => new(File, Spelling?.Invoke(name) ?? name, null, problem);

    private ModelFormatException Missing(ReadOnlySpan<string> names) => Error(names[0], "is missing");

    private int Ranged(int value, int least, int most, ReadOnlySpan<string> names) =>
        value >= least && value <= most ? value : throw Error(Find(names).Name, $"is {value}; it must lie between {least} and {most}");

    private double Number(string name, JsonNode node)
    {
        // A value may be a parsed token or a CLR number of any type: its text serves both. A few exporters quote numbers, as JSON spells them.
        string? text = node.GetValueKind() switch
        {
            JsonValueKind.Number => node.ToJsonString(),
            JsonValueKind.String => node.GetValue<string>(),
            _ => null,
        };
        if (double.TryParse(text, JsonNumber, CultureInfo.InvariantCulture, out double d) && double.IsFinite(d)) return d;
        throw Error(name, $"is {Text(node)}; a number is needed");
    }

    private (string Name, JsonNode? Value) Find(ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (Json.TryGetPropertyValue(name, out JsonNode? node) && node is not null) return (name, node);
        return (names[0], null);
    }

    private static string Text(JsonNode? node)
    {
        string text = node is null ? "null" : PythonJson.Show(node.ToJsonString());
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
