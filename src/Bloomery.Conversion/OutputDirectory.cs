using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>A directory that a model is written to.</summary>
internal static class OutputDirectory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Has <paramref name="write"/> fill the directory. One that is not there yet is filled beside its place and appears whole, or not at all.
    /// </summary>
    /// <exception cref="IOException">Another program has made the directory in the meantime: what it wrote stays as it is.</exception>
    public static ConversionResult Write(string directory, Func<string, ConversionResult> write)
    {
        if (Directory.Exists(directory)) return write(directory);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            ConversionResult result = write(temporary);
            if (Directory.Exists(full))
                throw new IOException(
                    $"{directory}: another program has made this directory in the meantime, and its files stay; name another place to write to");
            Directory.Move(temporary, full);
            return result;
        }
        catch
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Writes a JSON file.</summary>
    public static void WriteJson(string directory, string name, JsonNode json) =>
        AtomicFile.Write(Path.Combine(directory, name), stream => stream.Write(Encoding.UTF8.GetBytes(PythonJson.Show(json.ToJsonString(Indented)) + "\n")));

    /// <summary>The reference library's name of a type.</summary>
    public static string TypeName(BlockFormat format) => format.Name switch { "f16" => "float16", "bf16" => "bfloat16", _ => "float32" };

    /// <summary>Has <c>config.json</c> name the weights' type, under whichever key it does so.</summary>
    public static void SetType(string directory, BlockFormat format)
    {
        string path = Path.Combine(directory, "config.json");
        if (!File.Exists(path)) return;
        JsonObject config = JsonFile.ReadObject(path);
        foreach (string key in (string[])["dtype", "torch_dtype"])
            if (config.ContainsKey(key)) config[key] = TypeName(format);
        WriteJson(directory, "config.json", config);
    }
}
