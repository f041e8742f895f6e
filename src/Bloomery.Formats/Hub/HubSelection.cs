namespace Bloomery.Formats.Hub;

/// <summary>Which files of a repository make a model.</summary>
internal static class HubSelection
{
    private static readonly string[] Companions = ["LICENSE", "LICENSE.txt", "LICENSE.md", "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model", "chat_template.jinja"];

    /// <summary>The named file (with the other parts of a split one); else the safetensors with what belongs to them; else the only GGUF file.</summary>
    /// <exception cref="HubException">Nothing fits, or a choice has to be made; the message lists the candidates.</exception>
    public static IReadOnlyList<HubFile> Select(HubName name, IReadOnlyList<HubFile> files)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.File is not null && Pickles.IsName(name.File)) throw new HubException($"{name.File}: {Pickles.Advice}");
        HubFile[] safe = [.. files.Where(file => HubName.IsPath(file.Path))];
        if (name.File is { } wanted)
        {
            HubFile named = safe.FirstOrDefault(file => file.Path == wanted) ?? throw new HubException($"{name.Repository} has no file '{wanted}'; it has: {Names(safe)}");
            int of = wanted.LastIndexOf("-00001-of-", StringComparison.Ordinal);
            if (of < 0) return [named];
            return [.. safe.Where(file => file.Path.StartsWith(wanted[..(of + 1)], StringComparison.Ordinal) && file.Path.EndsWith(wanted[(of + 6)..], StringComparison.Ordinal) && file.Path.Length == wanted.Length)];
        }
        HubFile[] top = [.. safe.Where(file => !file.Path.Contains('/'))];
        if (top.Any(file => IsWeights(file.Path))) return [.. top.Where(file => IsWeights(file.Path) || file.Path.EndsWith(".json", StringComparison.Ordinal) || Companions.Contains(file.Path)), .. safe.Where(file => file.Path == "1_Pooling/config.json")];
        HubFile[] quantized = [.. safe.Where(file => file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))];
        return quantized.Length switch
        {
            1 => quantized,
            0 when safe.Any(file => Pickles.IsName(file.Path)) => throw new HubException($"{name.Repository} has only pickled weights; {Pickles.Advice}"),
            0 => throw new HubException($"{name.Repository} has neither safetensors nor GGUF files; it has: {Names(safe)}"),
            _ => throw new HubException($"{name.Repository} has several GGUF files; name one, as in {name}:{quantized[0].Path}; there are: {Names(quantized)}"),
        };
    }

    private static bool IsWeights(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal);

    private static string Names(HubFile[] files) => files.Length == 0 ? "nothing" : string.Join(", ", files.Take(20).Select(file => file.Path)) + (files.Length > 20 ? ", ..." : "");
}
