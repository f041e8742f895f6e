using System.Text.Json;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery.Engine.Embedding;

/// <summary>
/// What a sentence-transformers checkpoint says of how its token states become a vector: <c>modules.json</c> and the pooling module's <c>config.json</c>.
/// </summary>
/// <param name="Pooling">Its pooling; null where it says nothing.</param>
/// <param name="Normalize">Whether vectors are scaled to length 1; null where it says nothing.</param>
internal sealed record SentenceModules(Pooling? Pooling, bool? Normalize)
{
    private const string ModesPrefix = "pooling_mode_";

    /// <summary>Reads the files in a model's directory; a model without them says nothing.</summary>
    /// <exception cref="ModelFormatException">A module or a pooling that is not known here: the vectors would be others than the model's.</exception>
    public static SentenceModules Read(string model)
    {
        string folder = Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!;
        string modules = Path.Combine(folder, SentenceFiles.Modules);
        bool? normalize = null;
        if (File.Exists(modules))
        {
            normalize = false;
            using JsonDocument document = JsonFile.Read(modules);
            if (document.RootElement.ValueKind != JsonValueKind.Array) throw new ModelFormatException(modules, null, null, "expected a list of modules");
            foreach (JsonElement module in document.RootElement.EnumerateArray())
            {
                string type = Text(module, "type") ?? "";
                switch (type.Split('.')[^1])
                {
                    case "Transformer" or "Pooling":
                        break;
                    case "Normalize":
                        normalize = true;
                        break;
                    default:
                        throw new ModelFormatException(modules, null, null, $"the module '{type}' is not known, so the vectors would not be the model's");
                }
            }
        }
        return new SentenceModules(SentenceFiles.PoolingConfig(folder) is { } config ? ReadPooling(config) : null, normalize);
    }

    private static Pooling? ReadPooling(string config)
    {
        using JsonDocument document = JsonFile.Read(config);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new ModelFormatException(config, null, null, "expected an object");
        string[] modes = document.RootElement.TryGetProperty("pooling_mode", out JsonElement stated)
            ? stated.ValueKind == JsonValueKind.Array ? [.. stated.EnumerateArray().Select(m => m.ToString())] : [stated.ToString()]
            : [.. document.RootElement.EnumerateObject().Where(p => p.Name.StartsWith(ModesPrefix, StringComparison.Ordinal)
                && p.Value.ValueKind == JsonValueKind.True).Select(p => p.Name[ModesPrefix.Length..])];
        return modes switch
        {
            [] => null,
            ["cls" or "cls_token"] => Bloomery.Pooling.Cls,
            ["mean" or "mean_tokens"] => Bloomery.Pooling.Mean,
            ["lasttoken"] => Bloomery.Pooling.Last,
            _ => throw new ModelFormatException(config, null, null,
                $"pooling by {string.Join(" and ", modes)} is not known; cls_token, mean_tokens and lasttoken are"),
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
