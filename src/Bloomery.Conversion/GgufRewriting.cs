using Bloomery.Formats.Gguf;
using Bloomery.Numerics.Quantization;

namespace Bloomery.Conversion;

/// <summary>GGUF to GGUF: the same keys and tensors in other types.</summary>
internal static class GgufRewriting
{
    public static ConversionResult Run(GgufFile file, string to, ConversionOptions options)
    {
        GgufWriter writer = new GgufWriter(file.Alignment).CopyFrom(file.Metadata).Set("general.quantization_version", ModelConverter.QuantizationVersion);
        RowSource[] tensors = [.. file.Tensors.Values.Select(t => new StoredRows(file, t))];
        TypeRecipe types = options.Types ?? TypeRecipe.Natural(tensors.Select(t => t.Format));
        IReadOnlyDictionary<string, BlockFormat> formats = types.Assign(tensors.Select(t => (t.Name, t.Shape, t.Format)), Shape(file.Metadata),
            options.Importance is not null, keepOthers: true);
        writer.Set("general.file_type", (uint)types.FileType);
        return ModelConverter.Write(file.Path, to, tensors, formats, options, (name, format, shape, write) => writer.Add(name, format, shape, write),
            () => writer.Save(to));
    }

    private static ModelShape Shape(GgufMetadata meta)
    {
        string architecture = meta.Get("general.architecture", "");
        int heads = First($"{architecture}.attention.head_count"), keys = First($"{architecture}.attention.head_count_kv");
        return new ModelShape(architecture, meta.Get($"{architecture}.block_count", 0), keys > 0 ? Math.Max(1, heads / keys) : 1,
            meta.Get($"{architecture}.expert_count", 0));

        // Some converters write one value a layer; layers without attention have 0.
        int First(string key) => meta.IsArray(key) ? meta.Get<int[]>(key).FirstOrDefault(v => v > 0) : meta.Get(key, 0);
    }
}
