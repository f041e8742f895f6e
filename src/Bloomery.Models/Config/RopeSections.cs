using System.Text.Json.Nodes;

namespace Bloomery.Models.Config;

/// <summary>
/// Where a checkpoint keeps the parameters of its rotary embeddings: in one dictionary, or in one for each type of layer. An older <c>rope_scaling</c> wins
/// over <c>rope_parameters</c>, as in the reference library.
/// </summary>
internal static class RopeSections
{
    private const string New = "rope_parameters", Old = "rope_scaling";

    /// <summary>The parameters of a family with one rotary embedding, or null.</summary>
    /// <exception cref="ModelFormatException">They are kept by layer type.</exception>
    public static ModelConfig? Only(ModelConfig config)
    {
        string name = Section(config, Old) is null ? New : Old;
        ModelConfig? found = Section(config, name);
        if (found?.Json.FirstOrDefault(p => p.Value is JsonObject).Key is { } layerType)
            throw config.Error(name, $"has parameters of its own for '{layerType}'; layers of this family share one set");
        return found;
    }

    /// <summary>The parameters of one type of layer, or null. The older generation had none for layers with a window.</summary>
    /// <exception cref="ModelFormatException">They are not kept by layer type.</exception>
    public static ModelConfig? Of(ModelConfig config, string layerType)
    {
        ModelConfig? all = Section(config, New), old = layerType == "full_attention" ? Section(config, Old) : null;
        if (all is not null && all.Json.All(p => p.Value is not (JsonObject or null)))
            throw config.Error(New, "holds one set of parameters; this family has a set for 'full_attention' and one for 'sliding_attention'");
        ModelConfig? own = all?.Section(layerType);
        if (own is null || old is null) return old ?? own;
        JsonObject merged = own.Json.DeepClone().AsObject();
        if (old.Has("type") && !old.Has("rope_type")) merged.Remove("rope_type");
        foreach ((string key, JsonNode? value) in old.Json) merged[key] = value?.DeepClone();
        return own.With(merged);
    }

    private static ModelConfig? Section(ModelConfig config, string name) => config.Section(name) is { Json.Count: > 0 } found ? found : null;
}
