using System.Text.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>One of the small JSON files beside a tokenizer; its errors name file and key.</summary>
internal sealed class ConfigFile : IDisposable
{
    private readonly JsonDocument _document;

    private ConfigFile(string path, JsonDocument document) => (Path, _document) = (path, document);

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its content, an object.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>Reads a file, or gives null where it is absent.</summary>
    /// <exception cref="ModelFormatException">It is not a JSON object.</exception>
    public static ConfigFile? Open(string directory, string name)
    {
        string path = System.IO.Path.Combine(directory, name);
        if (!File.Exists(path)) return null;
        var file = new ConfigFile(path, JsonFile.Read(path));
        if (file.Root.ValueKind == JsonValueKind.Object) return file;
        file.Dispose();
        throw new ModelFormatException(path, null, null, "is not a JSON object");
    }

    /// <summary>A member, or null where it is absent or null.</summary>
    public JsonElement? Find(string key) => Root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A switch, or null where it is absent.</summary>
    public bool? Flag(string key) => Find(key) is not { } flag ? null
        : flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : throw Error(key, "expected true or false");

    /// <summary>An object.</summary>
    public JsonElement Object(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Object ? value : throw Error(key, $"{value.ValueKind}, expected an object");

    /// <summary>A list.</summary>
    public JsonElement Array(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Array ? value : throw Error(key, $"{value.ValueKind}, expected a list");

    /// <summary>A token, spelled as text or as an object with <c>content</c>; without an id.</summary>
    /// <param name="value">The description.</param>
    /// <param name="key">Where it stands.</param>
    /// <param name="special">Whether it is special; null: as the object says.</param>
    public AddedToken Token(JsonElement value, string key, bool? special)
    {
        if (PythonJson.IsText(value)) return new AddedToken(-1, value.GetString()!) { Special = special is true, Normalized = special is not true };
        string content = Text(value, "content") ?? throw Error(key, "expected text, or an object with 'content'");
        bool isSpecial = special ?? Flag("special", false);
        return new AddedToken(-1, content)
        {
            Special = isSpecial,
            Normalized = Flag("normalized", !isSpecial),
            SingleWord = Flag("single_word", false),
            TakesLeft = Flag("lstrip", false),
            TakesRight = Flag("rstrip", false),
        };

        bool Flag(string name, bool otherwise) =>
            !value.TryGetProperty(name, out JsonElement flag) || flag.ValueKind == JsonValueKind.Null ? otherwise
            : flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : throw Error($"{key}.{name}", "expected true or false");
    }

    /// <summary>A member of an object that is text, or null.</summary>
    public static string? Text(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement text) && PythonJson.IsText(text)
            ? text.GetString() : null;

    /// <summary>An error in this file.</summary>
    public ModelFormatException Error(string? key, string problem) => new(Path, key, null, problem);

    /// <inheritdoc/>
    public void Dispose() => _document.Dispose();
}
