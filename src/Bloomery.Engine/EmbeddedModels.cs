using Bloomery.Formats.Hub;

namespace Bloomery.Engine;

/// <summary>
/// Finds the default models, which lie in the folder that <c>BLOOMERY_MODELS</c> names, in <c>models/</c> of a clone or beside an installed copy (where the
/// package Bloomery.Models.Default lays them), or in the local store.
/// </summary>
internal static class EmbeddedModels
{
    /// <summary>The file name of a default model.</summary>
    public static string FileName(ModelKind kind) => kind == ModelKind.Text ? "SmolLM2-135M-Instruct.Q4_1.gguf" : "all-MiniLM-L6-v2.Q8_0.gguf";

    /// <summary>The path of a default model.</summary>
    /// <exception cref="FileNotFoundException">There is none; the message says where it was looked for and how to get one.</exception>
    public static string Find(ModelKind kind)
    {
        string name = FileName(kind);
        List<string> tried = [];
        if (Environment.GetEnvironmentVariable("BLOOMERY_MODELS") is { Length: > 0 } configured) tried.Add(Path.Combine(configured, name));
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
            tried.Add(Path.Combine(directory, "models", name));
        tried.Add(Path.Combine(LocalStore.Default.Folder, name));
        return tried.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"the default model {name} is neither in {Path.Combine(AppContext.BaseDirectory, "models")} or a 'models' above it, nor in "
            + $"{LocalStore.Default.Folder}: "
            + "add the package Bloomery.Models.Default, which lays it beside your program ('dotnet add package Bloomery.Models.Default'), "
            + "name another model ('bloomery pull hf:ORG/NAME' fetches one), or set BLOOMERY_MODELS to the folder that holds it");
    }
}
