namespace Bloomery.Formats.Gguf;

/// <summary>The GGUF models in a folder: a split file is one, and projectors of images, importance matrices and adapters are none.</summary>
internal static class GgufFolder
{
    private const int MostNames = 20;

    /// <summary>Whether a file is called as projectors of images are, which lie beside the language model that they belong to.</summary>
    public static bool IsProjector(string path) => Path.GetFileName(path).Contains("mmproj", StringComparison.OrdinalIgnoreCase);

    /// <summary>Of some files the models, of split ones the first part that is there; in the order of their names.</summary>
    public static string[] Models(IEnumerable<string> files) =>
        [.. files.Where(file => file.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !IsProjector(file)).Order(StringComparer.Ordinal)
            .DistinctBy(file => SplitName.Parse(file) is { } split ? (split.Stem, split.Count) : (file, 0))];

    /// <summary>The models in a folder, without those of its folders. Only where there are several are files opened, to pass over what is no model.</summary>
    public static string[] Models(string directory)
    {
        string[] files = Models(Directory.GetFiles(directory));
        if (files.Length < 2) return files;
        string[] models = [.. files.Where(IsModel)];
        return models.Length > 0 ? models : files;
    }

    /// <summary>The only model of a folder that has no safetensors; null: there is none, or a choice.</summary>
    public static string? Only(string directory) => !HasSafetensors(directory) && Models(directory) is [var only] ? only : null;

    /// <summary>The only model of a folder.</summary>
    /// <exception cref="ModelFormatException">There is none, or a choice has to be made; the message lists the files.</exception>
    public static string Single(string directory) => Models(directory) switch
    {
        [var only] => only,
        [] => throw new ModelFormatException(directory, null, null, "there are no safetensors in this directory, and no GGUF model"),
        var several => throw new ModelFormatException(directory, null, null,
            $"{several.Length} GGUF files in this directory are models; name one of them: {List(several)}"),
    };

    /// <summary>Whether a folder's weights are safetensors, which then are the model.</summary>
    public static bool HasSafetensors(string directory) =>
        Directory.EnumerateFiles(directory, "*.safetensors").Any() || File.Exists(Path.Combine(directory, Safetensors.SafetensorsFile.IndexName));

    private static string List(string[] files) =>
        string.Join(", ", files.Take(MostNames).Select(Path.GetFileName)) + (files.Length > MostNames ? ", ..." : "");

    /// <summary>What cannot be read counts as a model, so that it is not passed over without a word.</summary>
    private static bool IsModel(string path)
    {
        try
        {
            using TensorSource source = new(path);
            GgufMetadata metadata = GgufHeader.Parse(source, 0).Metadata;
            return metadata.Get("general.type", "model") == "model" && metadata.Get("general.architecture", "") != "clip";
        }
        catch (Exception e) when (e is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
