using System.Globalization;
using System.Text.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// The tokens that <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> name, in the order in which the
/// reference library adds those that the tokenizer lacks: by id, then those with a role, then the others.
/// </summary>
internal sealed class StatedTokens
{
    private static readonly string[] Roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly SortedDictionary<int, AddedToken> _byId = [];
    private readonly OrderedDictionary<string, AddedToken?> _named = [];
    private readonly List<AddedToken> _further = [];

    /// <summary>Reads the files that are there.</summary>
    /// <param name="config">The content of tokenizer_config.json, or null.</param>
    /// <param name="map">That of special_tokens_map.json, which counts only where the configuration lists no added tokens; or null.</param>
    /// <param name="added">That of added_tokens.json, likewise.</param>
    /// <exception cref="ModelFormatException">A token is not described as one.</exception>
    public StatedTokens(ConfigFile? config, ConfigFile? map, ConfigFile? added)
    {
        foreach (string role in Roles) _named[role] = null;
        if (config is not null) Read(config);
        if (config?.Find("added_tokens_decoder") is { } listed)
        {
            foreach (JsonProperty token in config.Object(listed, "added_tokens_decoder").EnumerateObject())
            {
                int id = Id(config, $"added_tokens_decoder.{token.Name}", token.Name);
                _byId[id] = config.Token(token.Value, $"added_tokens_decoder.{token.Name}", special: null) with { Id = id };
            }

            return;
        }

        if (map is not null) Read(map);
        if (added is not null) ReadSpellings(added);
    }

    /// <summary>Those with an id of their own; the files' word on them counts even where the tokenizer has them.</summary>
    public IEnumerable<AddedToken> Listed => _byId.Values;

    /// <summary>Those without one, all special; what the tokenizer says of them counts.</summary>
    public IEnumerable<AddedToken> Special => _named.Values.OfType<AddedToken>().Concat(_further);

    /// <summary>The spellings of all that have a name.</summary>
    public IEnumerable<(string Name, string Spelling)> Names => _named.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!.Content));

    /// <summary>The spelling of the token with a role, such as <c>eos_token</c>; or null.</summary>
    public string? Named(string role) => _named.GetValueOrDefault(role)?.Content;

    private void Read(ConfigFile file)
    {
        foreach (JsonProperty property in file.Root.EnumerateObject())
        {
            bool isRole = Roles.Contains(property.Name);
            // A model's own roles, such as image_token; add_bos_token and the like are no tokens.
            bool isOwn = property.Name.EndsWith("_token", StringComparison.Ordinal) && !property.Name.StartsWith("add_", StringComparison.Ordinal)
                && (PythonJson.IsText(property.Value) || property.Value.ValueKind == JsonValueKind.Object);
            if (!isRole && !isOwn) continue;
            _named[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : file.Token(property.Value, property.Name, special: true);
        }

        string key = file.Find("extra_special_tokens") is null ? "additional_special_tokens" : "extra_special_tokens";
        if (file.Find(key) is not { } further) return;
        if (further.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty token in further.EnumerateObject()) _named[token.Name] = file.Token(token.Value, $"{key}.{token.Name}", special: true);
            return;
        }

        int index = 0;
        foreach (JsonElement token in file.Array(further, key).EnumerateArray()) _further.Add(file.Token(token, $"{key}[{index++}]", special: true));
    }

    /// <summary>An older form: ids by spelling.</summary>
    private void ReadSpellings(ConfigFile file)
    {
        HashSet<string> special = [.. Special.Select(token => token.Content)];
        foreach (JsonProperty token in file.Root.EnumerateObject())
        {
            int id = Id(file, token.Name, token.Value.GetRawText());
            _byId[id] = new AddedToken(id, token.Name) { Special = special.Contains(token.Name), Normalized = !special.Contains(token.Name) };
        }
    }

    private static int Id(ConfigFile file, string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : throw file.Error(key, "expected a token id");
}
