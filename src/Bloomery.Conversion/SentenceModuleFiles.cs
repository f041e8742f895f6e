using System.Text.Json.Nodes;
using Bloomery.Models.Config;

namespace Bloomery.Conversion;

/// <summary>Pooling, which GGUF states in a key and sentence-transformers in files beside the weights.</summary>
internal static class SentenceModuleFiles
{
    private const string Namespace = "sentence_transformers.models.", Mode = "pooling_mode_";

    // GGUF's numbers, from 1 on.
    private static readonly string[] Modes = ["mean_tokens", "cls_token", "lasttoken"];

    /// <summary>GGUF's number of what the files in <paramref name="folder"/> say; null where they say nothing that it knows.</summary>
    public static int? Read(string folder)
    {
        if (SentenceFiles.PoolingConfig(folder) is not { } path) return null;
        ModelConfig config = ModelConfig.Load(path);
        JsonNode? node = config.Json["pooling_mode"] is JsonArray and [var first] ? first : config.Json["pooling_mode"];
        string? stated = (node as JsonValue)?.ToString();
        for (int i = 0; i < Modes.Length; i++)
            if (stated is null ? config.BoolOr(false, Mode + Modes[i]) : stated == Modes[i] || stated == Modes[i].Split('_')[0]) return i + 1;
        return null;
    }

    /// <summary>Writes the files for GGUF's number. Vectors from GGUF files have length 1, so the new ones have, too.</summary>
    public static void Write(string directory, int pooling, int width)
    {
        if (pooling < 1 || pooling > Modes.Length) return;
        JsonObject config = new() { ["word_embedding_dimension"] = width };
        for (int i = 0; i < Modes.Length; i++) config[Mode + Modes[i]] = i == pooling - 1;
        Directory.CreateDirectory(Path.Combine(directory, SentenceFiles.PoolingFolder));
        OutputDirectory.WriteJson(Path.Combine(directory, SentenceFiles.PoolingFolder), "config.json", config);
        JsonArray modules = [Module(0, "", "Transformer"), Module(1, SentenceFiles.PoolingFolder, "Pooling"), Module(2, "2_Normalize", "Normalize")];
        OutputDirectory.WriteJson(directory, SentenceFiles.Modules, modules);
    }

    /// <summary>Copies the pooling's configuration along.</summary>
    public static void Copy(string from, string to)
    {
        if (SentenceFiles.PoolingConfig(from) is not { } config) return;
        string copy = Path.Combine(to, Path.GetRelativePath(from, config));
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(config, copy, overwrite: true);
    }

    private static JsonObject Module(int index, string path, string type) =>
        new() { ["idx"] = index, ["name"] = $"{index}", ["path"] = path, ["type"] = Namespace + type };
}
