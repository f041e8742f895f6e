using System.Text.Json;

namespace Bloomery.Formats.Safetensors;

/// <summary><c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal sealed class ShardIndex
{
    private const long MaxBytes = 100_000_000;
    private const int MaxPath = 1024, MaxName = 255;

    private readonly string _path;

    private ShardIndex(string path, Dictionary<string, string> fileOf) =>
        (_path, FileOf, Files) = (path, fileOf, [.. fileOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>The shard of each tensor.</summary>
    public IReadOnlyDictionary<string, string> FileOf { get; }

    /// <summary>All shards, sorted: paths that lead down from the index's folder.</summary>
    public string[] Files { get; }

    public static ShardIndex Read(string path)
    {
        using JsonDocument document = JsonFile.Read(path, MaxBytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
        {
            SafetensorsThrow.Bad(path, "weight_map", null, "the index lacks this object");
            return null!;
        }
        Dictionary<string, string> fileOf = new(StringComparer.Ordinal), known = new(StringComparer.Ordinal); // one string per shard, not per tensor
        foreach (JsonProperty property in map.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String) SafetensorsThrow.Bad(path, property.Name, null, "the index does not name a file");
            string file = property.Value.GetString()!;
            if (!known.TryGetValue(file, out string? shared))
            {
                CheckName(path, property.Name, file);
                known.Add(file, shared = file);
            }
            fileOf[property.Name] = shared;
        }
        if (fileOf.Count == 0) SafetensorsThrow.Bad(path, "weight_map", null, "the index names no tensor");
        return new ShardIndex(path, fileOf);
    }

    /// <summary>Where a shard lies.</summary>
    /// <exception cref="ModelFormatException">It is not there, or a link takes it out of the model's folder.</exception>
    public string Locate(string shard)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(_path))!, file = Path.Combine(directory, shard);
        if (!File.Exists(file)) SafetensorsThrow.Bad(_path, shard, null, "the index names this shard, but it is not there");
        // A file beside the index may be a link to anywhere, as its owner put it; a folder of an index must not lead elsewhere.
        // A cache's snapshots link to its blobs.
        if (shard.Contains('/', StringComparison.Ordinal) && !RealPath.IsBelow(file, directory)
            && !RealPath.IsBelow(file, Path.Combine(directory, "..", "..", "blobs")))
            SafetensorsThrow.Bad(_path, shard, null, "the index names this shard, but a link takes it out of the model's folder");
        return file;
    }

    private static void CheckName(string path, string tensor, string file)
    {
        if (Pickles.IsName(file)) SafetensorsThrow.Bad(path, tensor, null, $"the index names {file}; {Pickles.Advice}");
        bool plain = file.Length <= MaxPath && file.AsSpan().IndexOfAny("\\:\0") < 0
            && file.EndsWith(".safetensors", StringComparison.Ordinal)
            && file.Split('/').All(part => part.Length is > 0 and <= MaxName && part[0] != '.');
        if (!plain) SafetensorsThrow.Bad(path, tensor, null, $"'{file}' is not the plain name of a safetensors file in the same directory or below");
    }
}
