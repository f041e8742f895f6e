using System.Text.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// The chat templates of a model's directory, by name. Files of their own (<c>chat_template.jinja</c>, <c>additional_chat_templates/NAME.jinja</c>)
/// go before what <c>tokenizer_config.json</c> says, and that before the older <c>chat_template.json</c>, as in the reference library.
/// </summary>
internal static class TemplateFiles
{
    private const string Key = "chat_template";

    /// <summary>Reads them.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="config">Its tokenizer_config.json, or null.</param>
    /// <exception cref="ModelFormatException">Templates are not listed as they should be.</exception>
    public static IReadOnlyDictionary<string, string> Read(string directory, ConfigFile? config)
    {
        var templates = new Dictionary<string, string>();
        string main = Path.Combine(directory, "chat_template.jinja"), folder = Path.Combine(directory, "additional_chat_templates");
        if (File.Exists(main)) templates[TokenizerBundle.DefaultTemplate] = JsonFile.ReadText(main);
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.GetFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
                templates[Path.GetFileNameWithoutExtension(file)] = JsonFile.ReadText(file);
        }

        if (templates.ContainsKey(TokenizerBundle.DefaultTemplate)) return templates;
        if (config is not null) Add(templates, config);
        using ConfigFile? older = ConfigFile.Open(directory, "chat_template.json");
        if (older is not null) Add(templates, older);
        return templates;
    }

    private static void Add(Dictionary<string, string> templates, ConfigFile file)
    {
        if (file.Find(Key) is not { } stated) return;
        switch (stated.ValueKind)
        {
            case JsonValueKind.String when PythonJson.IsText(stated):
                templates.TryAdd(TokenizerBundle.DefaultTemplate, stated.GetString()!);
                return;
            case JsonValueKind.Array:
                Dictionary<string, string> listed = []; // of a name that is repeated the last template counts
                foreach (JsonElement entry in stated.EnumerateArray())
                {
                    if (ConfigFile.Text(entry, "name") is not { } name || ConfigFile.Text(entry, "template") is not { } text)
                        throw file.Error(Key, "an entry without 'name' and 'template'");
                    listed[name] = text;
                }

                foreach ((string name, string text) in listed) templates.TryAdd(name, text);
                return;
            case JsonValueKind.Object:
                foreach (JsonProperty entry in stated.EnumerateObject())
                {
                    if (!PythonJson.IsText(entry.Value)) throw file.Error($"{Key}.{entry.Name}", "expected text");
                    templates.TryAdd(entry.Name, entry.Value.GetString()!);
                }

                return;
            default:
                throw file.Error(Key, "expected a string or a list");
        }
    }
}
