using System.Text.Json;
using Bloomery.Formats;

namespace Bloomery.Models.Config;

/// <summary>
/// Where a sentence-transformers checkpoint keeps the configuration of its pooling: in the folder that <c>modules.json</c> names, else in <c>1_Pooling</c>.
/// </summary>
internal static class SentenceFiles
{
    /// <summary>The list of modules.</summary>
    public const string Modules = "modules.json";

    /// <summary>The folder of the pooling where nothing else is said.</summary>
    public const string PoolingFolder = "1_Pooling";

    /// <summary>The path of the pooling's configuration; null where there is none, or outside of the checkpoint.</summary>
    /// <exception cref="ModelFormatException"><c>modules.json</c> is no list.</exception>
    public static string? PoolingConfig(string folder)
    {
        string modules = Path.Combine(folder, Modules), pooling = PoolingFolder;
        if (File.Exists(modules))
        {
            using JsonDocument document = JsonFile.Read(modules);
            if (document.RootElement.ValueKind != JsonValueKind.Array) throw new ModelFormatException(modules, null, null, "expected a list of modules");
            foreach (JsonElement module in document.RootElement.EnumerateArray())
                if (Text(module, "type")?.Split('.')[^1] == "Pooling") pooling = Text(module, "path") ?? pooling;
        }
        string config = Path.GetFullPath(Path.Combine(folder, pooling, "config.json"));
        return config.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(config) ? config : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
