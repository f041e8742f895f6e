using System.Text.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// What the small files of a model directory say about its tokenizer: <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c>,
/// <c>generation_config.json</c>, <c>chat_template.jinja</c>, <c>chat_template.json</c>. Each may be absent; the first that says something counts.
/// </summary>
internal sealed class TokenizerConfig
{
    private readonly Dictionary<string, string> _templates = [];
    private readonly List<int> _endIds = [];

    private TokenizerConfig()
    {
    }

    /// <summary>The spelling of the begin token, or null.</summary>
    public string? BosToken { get; private set; }

    /// <summary>The spelling of the end token, or null.</summary>
    public string? EosToken { get; private set; }

    /// <summary>The spelling of the unknown token, or null.</summary>
    public string? UnknownToken { get; private set; }

    /// <summary>The spelling of the padding token, or null.</summary>
    public string? PadToken { get; private set; }

    /// <summary>Whether a begin token is added where special tokens are; null where nothing says so.</summary>
    public bool? AddBos { get; private set; }

    /// <summary>Whether an end token is added where special tokens are; null where nothing says so.</summary>
    public bool? AddEos { get; private set; }

    /// <summary>The ids that end a generation.</summary>
    public IReadOnlyList<int> EndIds => _endIds;

    /// <summary>The chat templates by name.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates => _templates;

    /// <summary>Reads what there is in a directory.</summary>
    /// <exception cref="ModelFormatException">A file is not what its name says.</exception>
    public static TokenizerConfig Read(string directory)
    {
        var config = new TokenizerConfig();
        string template = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(template)) config._templates[TokenizerBundle.DefaultTemplate] = JsonFile.ReadText(template);
        config.ReadJson(directory, "tokenizer_config.json", (root, file) =>
        {
            config.ReadTokens(root, file);
            config.AddBos = Flag(root, "add_bos_token", file);
            config.AddEos = Flag(root, "add_eos_token", file);
            config.ReadTemplates(root, file);
        });
        config.ReadJson(directory, "special_tokens_map.json", config.ReadTokens);
        config.ReadJson(directory, "chat_template.json", config.ReadTemplates);
        config.ReadJson(directory, "generation_config.json", config.ReadEndIds);
        return config;
    }

    private void ReadJson(string directory, string name, Action<JsonElement, string> read)
    {
        string file = Path.Combine(directory, name);
        if (!File.Exists(file)) return;
        using JsonDocument document = JsonFile.Read(file);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw Error(file, null, "is not a JSON object");
        read(document.RootElement, file);
    }

    private void ReadTokens(JsonElement root, string file)
    {
        BosToken ??= Token(root, "bos_token", file);
        EosToken ??= Token(root, "eos_token", file);
        UnknownToken ??= Token(root, "unk_token", file);
        PadToken ??= Token(root, "pad_token", file);
    }

    private void ReadTemplates(JsonElement root, string file)
    {
        const string Key = "chat_template";
        if (!root.TryGetProperty(Key, out JsonElement templates)) return;
        switch (templates.ValueKind)
        {
            case JsonValueKind.Null:
                return;
            case JsonValueKind.String:
                _templates.TryAdd(TokenizerBundle.DefaultTemplate, templates.GetString()!);
                return;
            case JsonValueKind.Array:
                foreach (JsonElement named in templates.EnumerateArray())
                {
                    if (Text(named, "name") is not { } name || Text(named, "template") is not { } text)
                    {
                        throw Error(file, Key, "an entry without 'name' and 'template'");
                    }

                    _templates.TryAdd(name, text);
                }

                return;
            default:
                throw Error(file, Key, $"{templates.ValueKind}, expected a string or a list");
        }
    }

    private void ReadEndIds(JsonElement root, string file)
    {
        const string Key = "eos_token_id";
        if (!root.TryGetProperty(Key, out JsonElement ids) || ids.ValueKind == JsonValueKind.Null) return;
        foreach (JsonElement id in ids.ValueKind == JsonValueKind.Array ? ids.EnumerateArray().ToArray() : [ids])
        {
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out int value)) throw Error(file, Key, $"{id.GetRawText()} is no token id");
            _endIds.Add(value);
        }
    }

    /// <summary>A token is spelled as text or as an object with <c>content</c>.</summary>
    private static string? Token(JsonElement root, string key, string file)
    {
        if (!root.TryGetProperty(key, out JsonElement token) || token.ValueKind == JsonValueKind.Null) return null;
        if (PythonJson.IsText(token)) return token.GetString();
        return Text(token, "content") ?? throw Error(file, key, "expected text, or an object with 'content'");
    }

    private static bool? Flag(JsonElement root, string key, string file)
    {
        if (!root.TryGetProperty(key, out JsonElement flag) || flag.ValueKind == JsonValueKind.Null) return null;
        return flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : throw Error(file, key, "expected true or false");
    }

    private static string? Text(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement text) && PythonJson.IsText(text)
            ? text.GetString() : null;

    private static ModelFormatException Error(string file, string? key, string problem) => new(file, key, null, problem);
}
