using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Models.Conversion;

/// <summary>A directory that a model is written to.</summary>
internal static class OutputDirectory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Has <paramref name="write"/> fill the directory; if that fails, a directory that was not there before is not there afterwards.</summary>
    public static ConversionResult Write(string directory, Func<string, ConversionResult> write)
    {
        bool isNew = !Directory.Exists(directory);
        try
        {
            Directory.CreateDirectory(directory);
            return write(directory);
        }
        catch
        {
            if (isNew && Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Writes a JSON file.</summary>
    public static void WriteJson(string directory, string name, JsonNode json) => File.WriteAllText(Path.Combine(directory, name), json.ToJsonString(Indented) + "\n");

    /// <summary>The reference library's name of a type.</summary>
    public static string TypeName(BlockFormat format) => format.Name switch { "f16" => "float16", "bf16" => "bfloat16", _ => "float32" };

    /// <summary>Has <c>config.json</c> name the weights' type, under whichever key it does so.</summary>
    public static void SetType(string directory, BlockFormat format)
    {
        string path = Path.Combine(directory, "config.json");
        if (!File.Exists(path) || JsonNode.Parse(File.ReadAllText(path)) is not JsonObject config) return;
        foreach (string key in (string[])["dtype", "torch_dtype"])
            if (config.ContainsKey(key)) config[key] = TypeName(format);
        WriteJson(directory, "config.json", config);
    }
}
