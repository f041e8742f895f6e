using Bloomery.Formats;
using Bloomery.Formats.Safetensors;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>Safetensors to safetensors: the same tensors in another floating-point type, with everything that lies beside them.</summary>
internal static class SafetensorsRewriting
{
    public static ConversionResult Run(SafetensorsFile file, string from, string to, ConversionOptions options)
    {
        SafetensorsWriter writer = new();
        foreach ((string key, string value) in file.Metadata) writer.Metadata[key] = value;
        foreach (TensorInfo tensor in file.Tensors.Values)
            if (tensor.RowLength % tensor.Format.BlockSize != 0) TensorFile.RequireReadable(tensor); // the writer wants whole rows
        RowSource[] tensors = [.. file.Tensors.Values.Select(t => new StoredRows(file, t))];
        // Integers are indices and masks, not weights.
        Dictionary<string, BlockFormat> formats = tensors.ToDictionary(t => t.Name, t => options.Types is { } types && IsFloat(t.Format)
            ? types.Base : t.Format);
        string folder = Directory.Exists(from) ? from : Path.GetDirectoryName(Path.GetFullPath(from))!;
        return OutputDirectory.Write(to, directory =>
        {
            ConversionResult result = ModelConverter.Write(file.Path, to, tensors, formats, options,
                (name, format, shape, write) => writer.Add(name, format, shape, write), () => writer.SaveModel(directory));
            foreach (string path in Directory.GetFiles(folder).Where(p => IsCompanion(Path.GetFileName(p))))
                File.Copy(path, Path.Combine(directory, Path.GetFileName(path)), overwrite: true);
            SentenceModuleFiles.Copy(folder, directory);
            CopyTemplates(folder, directory);
            if (options.Types is { } stated) OutputDirectory.SetType(directory, stated.Base);
            return result;
        });
    }

    private static void CopyTemplates(string from, string to)
    {
        const string Folder = "additional_chat_templates";
        string templates = Path.Combine(from, Folder);
        if (!Directory.Exists(templates)) return;
        Directory.CreateDirectory(Path.Combine(to, Folder));
        foreach (string path in Directory.GetFiles(templates, "*.jinja")) File.Copy(path, Path.Combine(to, Folder, Path.GetFileName(path)), overwrite: true);
    }

    private static bool IsFloat(BlockFormat format) => format.Name is "f64" or "f32" or "f16" or "bf16" or "f8_e4m3" or "f8_e5m2";

    private static bool IsCompanion(string name) =>
        name is not "README.md" && Path.GetExtension(name) is ".json" or ".txt" or ".model" or ".jinja" or ".md"
        && !name.EndsWith(".safetensors.index.json", StringComparison.Ordinal);
}
