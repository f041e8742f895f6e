using System.Text.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// What the small files of a model directory say about its tokenizer: <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c>,
/// <c>added_tokens.json</c>, <c>generation_config.json</c> and the chat templates. Each may be absent.
/// </summary>
internal sealed class TokenizerConfig
{
    private TokenizerConfig(StatedTokens tokens) => Tokens = tokens;

    /// <summary>The tokens that are named.</summary>
    public StatedTokens Tokens { get; }

    /// <summary>The reference library's class, without its suffix <c>Fast</c>; or null.</summary>
    public string? TokenizerClass { get; private init; }

    /// <summary>Whether a begin token is added where special tokens are; null where nothing says so.</summary>
    public bool? AddBos { get; private init; }

    /// <summary>Whether an end token is added where special tokens are; null where nothing says so.</summary>
    public bool? AddEos { get; private init; }

    /// <summary>The ids that end a generation.</summary>
    public IReadOnlyList<int> EndIds { get; private init; } = [];

    /// <summary>The chat templates by name.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; private init; } = new Dictionary<string, string>();

    /// <summary>Reads what there is in a directory.</summary>
    /// <exception cref="ModelFormatException">A file is not what its name says.</exception>
    public static TokenizerConfig Read(string directory)
    {
        using ConfigFile? config = ConfigFile.Open(directory, "tokenizer_config.json"), map = ConfigFile.Open(directory, "special_tokens_map.json");
        using ConfigFile? added = ConfigFile.Open(directory, "added_tokens.json"), generation = ConfigFile.Open(directory, "generation_config.json");
        string? name = config is null ? null : ConfigFile.Text(config.Root, "tokenizer_class");
        return new TokenizerConfig(new StatedTokens(config, map, added))
        {
            TokenizerClass = name?.EndsWith("Fast", StringComparison.Ordinal) == true ? name[..^4] : name,
            AddBos = config?.Flag("add_bos_token"),
            AddEos = config?.Flag("add_eos_token"),
            EndIds = generation is null ? [] : ReadEndIds(generation),
            ChatTemplates = TemplateFiles.Read(directory, config),
        };
    }

    private static int[] ReadEndIds(ConfigFile file)
    {
        const string Key = "eos_token_id";
        if (file.Find(Key) is not { } ids) return [];
        JsonElement[] all = ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray()] : [ids];
        return [.. all.Select(Id)];

        int Id(JsonElement id) =>
            id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int value) ? value
            : throw file.Error(Key, $"{PythonJson.Show(id.GetRawText())} is no token id");
    }
}
