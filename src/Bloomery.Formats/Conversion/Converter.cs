using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Formats.Conversion;

/// <summary>Rewrites models in other types, in the container that they have.</summary>
public static class Converter
{
    private const int QuantizationVersion = 2;

    /// <summary>Writes a GGUF file with the keys of <paramref name="from"/> and its tensors as <paramref name="recipe"/> says.</summary>
    public static void WriteGguf(GgufFile from, string to, TypeRecipe recipe, TensorConversion conversion)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(conversion);
        GgufWriter writer = new GgufWriter(from.Alignment).CopyFrom(from.Metadata).Set("general.quantization_version", (uint)QuantizationVersion);
        if (recipe.FileType is { } type) writer.Set("general.file_type", (uint)type);
        string architecture = from.Metadata.Get("general.architecture", "");
        int layers = from.Metadata.Get(architecture + ".block_count", 0);
        bool tied = !from.Tensors.ContainsKey("output.weight");
        foreach (TensorInfo tensor in from.Tensors.Values)
        {
            BlockFormat format = recipe.TypeOf(tensor, layers, tied);
            writer.Add(tensor.Name, format, tensor.Shape, stream => conversion.Write(tensor, format, stream));
        }
        writer.Save(to);
    }

    /// <summary>Writes a directory with safetensors of one floating-point type, and copies what lies beside the weights.</summary>
    /// <exception cref="ArgumentException">Safetensors has no such type.</exception>
    public static void WriteSafetensors(SafetensorsFile from, string sourceFolder, string to, BlockFormat format, TensorConversion conversion)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(conversion);
        if (!SafetensorsTypes.TryName(format, out string? dtype)) throw new ArgumentException($"safetensors cannot hold {format.Name}; it holds {string.Join(", ", SafetensorsTypes.All)}");
        var writer = new SafetensorsWriter();
        foreach ((string key, string value) in from.Metadata) writer.Metadata[key] = value;
        foreach (TensorInfo tensor in from.Tensors.Values)
        {
            // Integers are indices or masks, not weights.
            BlockFormat target = tensor.Format.Name.StartsWith('i') || tensor.Format.Name == "u8" ? tensor.Format : format;
            writer.Add(tensor.Name, target, tensor.Shape, stream => conversion.Write(tensor, target, stream));
        }
        writer.SaveModel(to);
        foreach (string file in Directory.GetFiles(sourceFolder).Where(file => IsCompanion(Path.GetFileName(file))))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        SetType(Path.Combine(to, "config.json"), dtype);
    }

    private static bool IsCompanion(string name) =>
        !name.EndsWith(".safetensors", StringComparison.Ordinal) && !name.EndsWith(".safetensors.index.json", StringComparison.Ordinal) && !name.EndsWith(".gguf", StringComparison.Ordinal) && !name.EndsWith(".bin", StringComparison.Ordinal);

    /// <summary>The configuration names the type of the weights, under either of two keys.</summary>
    private static void SetType(string config, string dtype)
    {
        if (!File.Exists(config) || JsonNode.Parse(File.ReadAllText(config)) is not JsonObject root) return;
        string name = dtype switch { "F16" => "float16", "BF16" => "bfloat16", _ => "float32" };
        foreach (string key in (string[])["dtype", "torch_dtype"])
            if (root.ContainsKey(key)) root[key] = name;
        File.WriteAllText(config, root.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }
}
