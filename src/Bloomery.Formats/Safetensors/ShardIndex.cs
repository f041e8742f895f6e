using System.Text.Json;

namespace Bloomery.Formats.Safetensors;

/// <summary><c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal sealed class ShardIndex
{
    private const long MaxBytes = 100_000_000;

    private ShardIndex(Dictionary<string, string> fileOf) =>
        (FileOf, Files) = (fileOf, [.. fileOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>The shard of each tensor.</summary>
    public IReadOnlyDictionary<string, string> FileOf { get; }

    /// <summary>All shards, sorted: plain names of files beside the index.</summary>
    public string[] Files { get; }

    public static ShardIndex Read(string path)
    {
        long size = new FileInfo(path).Length;
        if (size > MaxBytes) SafetensorsThrow.Bad(path, null, null, $"the index has {size} bytes; at most {MaxBytes} are allowed");
        Dictionary<string, string> fileOf = new(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            {
                SafetensorsThrow.Bad(path, "weight_map", null, "the index lacks this object");
                return null!;
            }
            Dictionary<string, string> known = new(StringComparer.Ordinal); // one string per shard, not per tensor
            foreach (JsonProperty property in map.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.String) SafetensorsThrow.Bad(path, property.Name, null, "the index does not name a file");
                string file = property.Value.GetString()!;
                if (!known.TryGetValue(file, out string? shared))
                {
                    CheckName(path, property.Name, file);
                    known.Add(file, shared = file);
                }
                if (!fileOf.TryAdd(property.Name, shared)) SafetensorsThrow.Bad(path, property.Name, null, "the index names this tensor twice");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            SafetensorsThrow.Bad(path, null, null, $"the index is not valid JSON: {Problem.Describe(exception)}", exception);
        }
        if (fileOf.Count == 0) SafetensorsThrow.Bad(path, "weight_map", null, "the index names no tensor");
        return new ShardIndex(fileOf);
    }

    private static void CheckName(string path, string tensor, string file)
    {
        if (Pickles.IsName(file)) SafetensorsThrow.Bad(path, tensor, null, $"the index names {file}; {Pickles.Advice}");
        if (file.Length > 255 || file.AsSpan().IndexOfAny("/\\:\0") >= 0 || file.StartsWith('.') || !file.EndsWith(".safetensors", StringComparison.Ordinal))
            SafetensorsThrow.Bad(path, tensor, null, $"'{file}' is not the plain name of a safetensors file in the same directory");
    }
}
