using Bloomery.Formats.Gguf;

namespace Bloomery.Formats.Hub;

/// <summary>Finds what a user calls a model: a path, or a name in the local store.</summary>
public static class ModelLocation
{
    /// <summary>The path of a model: a GGUF or safetensors file or a directory. A directory that is one GGUF model stands for that file.</summary>
    /// <exception cref="FileNotFoundException">There is no such path, and no such name in the store; the message says what to do.</exception>
    public static string Resolve(string model, LocalStore? store = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (!HubName.IsHubName(model) && (File.Exists(model) || Directory.Exists(model))) return File.Exists(model) ? model : GgufFolder.Only(model) ?? model;
        store ??= LocalStore.Default;
        if (store.TryFind(model, out StoredModel? stored))
            return stored.Complete
                ? stored.Path : throw new InvalidOperationException(
                    $"{stored.Path}: the download of this model is not complete; 'bloomery pull hf:{stored.NameWithFile}' goes on with it");
        if (store.Choices(model) is { Count: > 0 } choices)
            throw new FileNotFoundException($"'{model}' is several models; name one of them: {string.Join(", ", choices)}");
        if (LooksLikePath(model)) throw new FileNotFoundException($"no model '{model}': there is no file or directory {Path.GetFullPath(model)}");
        string advice = HubName.IsHubName(model) ? $"'bloomery pull {model}' fetches it"
            : model.Contains('/') ? $"if that is its name on the hub, 'bloomery pull hf:{model}' fetches it"
            : "'bloomery models list' shows the local store, 'bloomery pull hf:ORG/NAME' adds to it";
        throw new FileNotFoundException($"no model '{model}': neither a file or directory nor a name in {store.Folder}; {advice}");
    }

    /// <summary>
    /// Whether somebody who writes this means a file: no name on the hub is a path from a root, has more than two parts or the ending of a
    /// file.
    /// </summary>
    private static bool LooksLikePath(string model) => !HubName.IsHubName(model)
        && (Path.IsPathRooted(model) || model[0] is '.' or '~' || model.Contains('\\') || model.Count(c => c == '/') > 1
            || (!model.Contains(':') && Path.GetExtension(model) is ".gguf" or ".safetensors" or ".json" or ".model" or ".jinja"));
}
