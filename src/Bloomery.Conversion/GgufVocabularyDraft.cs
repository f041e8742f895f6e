using System.Text.Json;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.Json;

namespace Bloomery.Conversion;

/// <summary>The tokenizer keys of a GGUF file in the making.</summary>
/// <param name="model">The kind: <c>gpt2</c>, <c>llama</c>, <c>bert</c>, <c>t5</c>.</param>
/// <param name="tokens">The spelling of each token.</param>
/// <param name="types">The type of each token, numbered as in GGUF.</param>
internal sealed class GgufVocabularyDraft(string model, List<string> tokens, List<int> types)
{
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    /// <summary>The kind of tokenizer.</summary>
    public string Model { get; } = model;

    /// <summary>The name of how words are cut.</summary>
    public string Pre { get; set; } = "default";

    /// <summary>Whether words of the vocabulary are taken whole.</summary>
    public bool IgnoreMerges { get; private set; }

    /// <summary>The name that the file's own description suggests, or null.</summary>
    public string? Hint { get; private set; }

    /// <summary>Scores, of kinds that have them.</summary>
    public List<float>? Scores { get; init; }

    /// <summary>Merges, of kinds that have them.</summary>
    public string[]? Merges { get; private set; }

    /// <summary>Whether a text gets a space in front; null: the kind does not know it.</summary>
    public bool? SpacePrefix { get; init; }

    /// <summary>Ids by role.</summary>
    public Dictionary<string, int?> Ids { get; } = [];

    /// <summary>Whether a begin token is added.</summary>
    public bool AddBos { get; set; }

    /// <summary>Whether an end token is added.</summary>
    public bool AddEos { get; set; }

    private bool? Lowercase { get; set; }

    private byte[]? CharsMap { get; set; }

    /// <summary>Reads a <c>tokenizer.json</c> that has been checked by loading it.</summary>
    /// <param name="root">Its content.</param>
    /// <param name="added">The added tokens, those that only the files beside it name among them.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="ModelFormatException">GGUF has no such kind of tokenizer.</exception>
    public static GgufVocabularyDraft FromJson(JsonElement root, IReadOnlyList<AddedToken> added, string path)
    {
        JsonElement model = root.GetProperty("model");
        string kind = ModelReader.TypeOf(new JsonSection(path, "model", model));
        return kind switch
        {
            "BPE" when Mentions(root, "ByteLevel") => ByteLevel(root, added, model),
            "BPE" => SentencePiece(root, added, model),
            "WordPiece" => WordPiece(root, added, model),
            "Unigram" => Unigram(root, added, model),
            _ => throw new ModelFormatException(path, "model.type", null, $"is '{kind}', a kind of tokenizer that GGUF does not have"),
        };
    }

    /// <summary>Makes as many tokens as the embedding has rows.</summary>
    public void FitTo(int rows, Action<string>? warn)
    {
        if (tokens.Count > rows)
        {
            warn?.Invoke($"the tokenizer has {tokens.Count} tokens, but the embedding only {rows} rows: the last ones are left out");
            tokens.RemoveRange(rows, tokens.Count - rows);
            types.RemoveRange(rows, types.Count - rows);
            Scores?.RemoveRange(rows, Scores.Count - rows);
        }
        for (int id = tokens.Count; id < rows; id++) Add($"[PAD{id}]", Unused, -1e4f);
    }

    /// <summary>A spelling that two tokens share, or null.</summary>
    public string? SharedSpelling() => tokens.GroupBy(t => t, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;

    /// <summary>Sets the keys.</summary>
    public void WriteTo(GgufWriter writer)
    {
        const string Prefix = "tokenizer.ggml.";
        writer.Set(Prefix + "model", Model).Set(Prefix + "pre", Pre).Set(Prefix + "tokens", tokens.ToArray());
        if (Scores is not null) writer.Set(Prefix + "scores", Scores.ToArray());
        writer.Set(Prefix + "token_type", types.ToArray());
        if (Merges is not null) writer.Set(Prefix + "merges", Merges);
        foreach ((string role, int? id) in Ids)
            if (id is >= 0 && id < tokens.Count) writer.Set($"{Prefix}{role}_token_id", (uint)id);
        writer.Set(Prefix + "add_bos_token", AddBos).Set(Prefix + "add_eos_token", AddEos);
        if (SpacePrefix is { } space) writer.Set(Prefix + "add_space_prefix", space);
        if (Lowercase is { } lower) writer.Set(Prefix + "normalizer.lowercase", lower);
        if (Model == "t5") writer.Set(Prefix + "remove_extra_whitespaces", true);
        if (CharsMap is not null) writer.Set(Prefix + "precompiled_charsmap", CharsMap);
    }

    /// <summary>The tokenizer that the keys make.</summary>
    public Tokenizer Open()
    {
        GgufWriter writer = new();
        WriteTo(writer);
        using MemoryStream stream = new();
        writer.Write(stream);
        using GgufFile file = GgufFile.Open(stream.ToArray());
        return TokenizerLoader.Load(file.Metadata).Tokenizer;
    }

    private static GgufVocabularyDraft ByteLevel(JsonElement root, IReadOnlyList<AddedToken> added, JsonElement model)
    {
        (List<string> tokens, List<int> types) = Vocabulary(added, Entries(model), null);
        return new GgufVocabularyDraft("gpt2", tokens, types)
        {
            Merges = [.. ReadMerges(model).Select(m => $"{m.Left} {m.Right}")],
            IgnoreMerges = model.TryGetProperty("ignore_merges", out JsonElement ignore) && ignore.ValueKind == JsonValueKind.True,
            Hint = PreTokenizerProbe.Hint(root.TryGetProperty("pre_tokenizer", out JsonElement cuts) ? cuts.ToString() : ""),
        };
    }

    /// <summary>There a piece's score says how early it is merged; the rank of its first merge says the same.</summary>
    private static GgufVocabularyDraft SentencePiece(JsonElement root, IReadOnlyList<AddedToken> added, JsonElement model)
    {
        string? unknown = TextOf(model, "unk_token");
        (List<string> tokens, List<int> types) = Vocabulary(added, Entries(model), unknown);
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        foreach ((string left, string right) in ReadMerges(model)) ranks.TryAdd(left + right, ranks.Count);
        List<float> scores = [.. tokens.Select((t, id) => types[id] != Normal ? 0f : ranks.TryGetValue(t, out int rank) ? -(float)rank : -1e9f)];
        string text = root.GetRawText();
        bool never = text.Contains("\"never\"", StringComparison.Ordinal), prefixed = Mentions(root, "Prepend") || (Mentions(root, "Metaspace") && !never);
        return new GgufVocabularyDraft("llama", tokens, types) { Scores = scores, SpacePrefix = prefixed };
    }

    private static GgufVocabularyDraft WordPiece(JsonElement root, IReadOnlyList<AddedToken> added, JsonElement model)
    {
        string unknown = TextOf(model, "unk_token") ?? "[UNK]", continuing = TextOf(model, "continuing_subword_prefix") ?? "##";
        (List<string> tokens, List<int> types) = Vocabulary(added, Entries(model), null);
        for (int id = 0; id < tokens.Count; id++)
            if (types[id] == Normal)
                tokens[id] = tokens[id].StartsWith(continuing, StringComparison.Ordinal) ? tokens[id][continuing.Length..] : "\u2581" + tokens[id];
        bool lower = !root.TryGetProperty("normalizer", out JsonElement normalizer) || normalizer.ValueKind != JsonValueKind.Object
            || !normalizer.TryGetProperty("lowercase", out JsonElement flag) || flag.ValueKind == JsonValueKind.True;
        return new GgufVocabularyDraft("bert", tokens, types) { Lowercase = lower, Ids = { ["unknown"] = tokens.IndexOf(unknown) } };
    }

    private static GgufVocabularyDraft Unigram(JsonElement root, IReadOnlyList<AddedToken> added, JsonElement model)
    {
        JsonElement[] entries = [.. model.GetProperty("vocab").EnumerateArray()];
        int unknown = model.TryGetProperty("unk_id", out JsonElement unk) && unk.ValueKind == JsonValueKind.Number ? unk.GetInt32() : -1;
        string? spelled = unknown < 0 ? null : entries[unknown][0].GetString();
        (List<string> tokens, List<int> types) = Vocabulary(added, entries.Select((e, id) => (e[0].GetString()!, id)), spelled);
        List<float> scores = [.. tokens.Select((_, id) => id < entries.Length ? (float)entries[id][1].GetDouble() : 0f)];
        return new GgufVocabularyDraft("t5", tokens, types)
        {
            Scores = scores,
            SpacePrefix = !root.GetRawText().Contains("\"never\"", StringComparison.Ordinal),
            CharsMap = root.TryGetProperty("normalizer", out JsonElement normalizer) && Find(normalizer, "precompiled_charsmap") is { } map
                ? System.Convert.FromBase64String(map)
                : null,
        };
    }

    private void Add(string token, int type, float score)
    {
        tokens.Add(token);
        types.Add(type);
        Scores?.Add(score);
    }

    /// <summary>Spellings and types by id, with the added tokens among them; gaps become unused tokens.</summary>
    private static (List<string> Tokens, List<int> Types) Vocabulary(
        IReadOnlyList<AddedToken> added, IEnumerable<(string Text, int Id)> entries, string? unknown)
    {
        SortedDictionary<int, (string Text, int Type)> found = [];
        foreach ((string text, int id) in entries) found[id] = (text, text == unknown ? Unknown : IsByte(text) ? Byte : Normal);
        foreach (AddedToken token in added)
            found[token.Id] = (token.Content, token.Content == unknown ? Unknown : token.Special ? Control : UserDefined);
        List<string> tokens = [];
        List<int> types = [];
        foreach ((int id, (string text, int type)) in found)
        {
            while (tokens.Count < id)
            {
                tokens.Add($"[PAD{tokens.Count}]");
                types.Add(Unused);
            }
            tokens.Add(text);
            types.Add(type);
        }
        return (tokens, types);
    }

    private static IEnumerable<(string Text, int Id)> Entries(JsonElement model) =>
        model.GetProperty("vocab").EnumerateObject().Select(p => (p.Name, p.Value.GetInt32()));

    private static bool IsByte(string text) => text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>';

    /// <summary>Merges are written as "a b" or as ["a", "b"].</summary>
    private static IEnumerable<(string Left, string Right)> ReadMerges(JsonElement model)
    {
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.Array)
            {
                yield return (merge[0].GetString()!, merge[1].GetString()!);
                continue;
            }
            string text = merge.GetString()!;
            int space = text.IndexOf(' ', 1);
            yield return (text[..space], text[(space + 1)..]);
        }
    }

    /// <summary>Whether a component of that type takes part.</summary>
    private static bool Mentions(JsonElement root, string type) =>
        ((string[])["normalizer", "pre_tokenizer", "decoder"])
        .Any(part => root.TryGetProperty(part, out JsonElement element) && element.ValueKind == JsonValueKind.Object
            && element.GetRawText().Contains($"\"{type}\"", StringComparison.Ordinal));

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The first text of that name in a component or one inside it.</summary>
    private static string? Find(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().Select(e => Find(e, name)).FirstOrDefault(f => f is not null);
        if (element.ValueKind != JsonValueKind.Object) return null;
        if (element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String) return value.GetString();
        return element.EnumerateObject().Select(p => Find(p.Value, name)).FirstOrDefault(f => f is not null);
    }
}
