using Bloomery.Formats.Gguf;
using Bloomery.Formats.Safetensors;

namespace Bloomery.Formats.Hub;

/// <summary>Which files of a repository make a model.</summary>
internal static class HubSelection
{
    private static readonly string[] Companions = ["LICENSE", "LICENSE.txt", "LICENSE.md", "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model",
        "sentencepiece.bpe.model", "chat_template.jinja"];

    /// <summary>The named file (with the other parts of a split one); else the safetensors with what belongs to them; else the only GGUF file.</summary>
    /// <exception cref="HubException">Nothing fits, or a choice has to be made; the message lists the candidates.</exception>
    public static IReadOnlyList<HubFile> Select(HubName name, IReadOnlyList<HubFile> files)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.File is not null && Pickles.IsName(name.File)) throw new HubException($"{name.File}: {Pickles.Advice}");
        HubFile[] safe = [.. files.Where(file => HubName.IsPath(file.Path)).DistinctBy(file => file.Path)];
        if (name.File is { } wanted)
        {
            HubFile named = safe.FirstOrDefault(file => file.Path == wanted)
                ?? throw new HubException($"{name.Repository} has no file '{wanted}'; it has: {Names(safe)}");
            return Parts(named);
        }
        HubFile[] top = [.. safe.Where(file => !file.Path.Contains('/'))];
        bool below = top.Any(file => file.Path == SafetensorsFile.IndexName) && !top.Any(file => IsWeights(file.Path)); // all shards lie in folders
        HubFile[] weights = [.. (below ? safe : top).Where(file => IsWeights(file.Path))];
        if (weights.Length > 0)
        {
            IEnumerable<HubFile> beside = top.Where(file => file.Path.EndsWith(".json", StringComparison.Ordinal) || Companions.Contains(file.Path));
            return [.. weights, .. beside, .. safe.Where(file => IsPooling(file.Path) || IsTemplate(file.Path))];
        }
        Dictionary<string, HubFile> byPath = safe.ToDictionary(file => file.Path, StringComparer.Ordinal);
        HubFile[] quantized = [.. GgufFolder.Models(byPath.Keys).Select(path => byPath[path])];
        return quantized.Length switch
        {
            1 => Parts(quantized[0]),
            0 when safe.Any(file => Pickles.IsName(file.Path)) => throw new HubException($"{name.Repository} has only pickled weights; {Pickles.Advice}"),
            0 => throw new HubException($"{name.Repository} has neither safetensors nor GGUF files; it has: {Names(safe)}"),
            _ => throw new HubException($"{name.Repository} has several GGUF files; name one, as in {name}:{quantized[0].Path}; there are: {Names(quantized)}"),
        };

        IReadOnlyList<HubFile> Parts(HubFile file) =>
            SplitName.Parse(file.Path) is { Part: 1 } split ? [.. safe.Where(other => split.IsSameFile(SplitName.Parse(other.Path)))] : [file];
    }

    /// <summary>The configuration of a sentence-transformers checkpoint's pooling.</summary>
    private static bool IsPooling(string path) => path.Split('/') is [var folder, "config.json"] && folder.EndsWith("_Pooling", StringComparison.Ordinal);

    private static bool IsWeights(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>A chat template in the folder for those that are not the default.</summary>
    private static bool IsTemplate(string path) =>
        path.Split('/') is ["additional_chat_templates", var name] && name.EndsWith(".jinja", StringComparison.Ordinal);

    private static string Names(IReadOnlyCollection<HubFile> files) => files.Count == 0
        ? "nothing"
        : string.Join(", ", files.Take(20).Select(file => file.Path)) + (files.Count > 20 ? ", ..." : "");
}
