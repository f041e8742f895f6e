using Bloomery.Formats.Tokenizers.Models;

namespace Bloomery.Formats.Tokenizers.Json;

/// <summary>Reads the model of a tokenizer.json. Old files have no type: it shows in their members.</summary>
internal static class ModelReader
{
    /// <summary>The highest id that a vocabulary of so many tokens may have: gaps are usual, but nothing is allocated on the word of one id.</summary>
    public static int MaxId(int count) => (int)Math.Min(int.MaxValue - 64, 4L * count + 100_000);

    /// <summary>Reads a model.</summary>
    public static TokenModel Read(JsonSection json)
    {
        string type = TypeOf(json);
        try
        {
            return type switch
            {
                "BPE" => ReadBpe(json),
                "Unigram" => ReadUnigram(json),
                "WordPiece" => new WordPieceModel(ReadVocabulary(json), json.Text("unk_token", "[UNK]")!, json.Text("continuing_subword_prefix", "##")!,
                    json.Count("max_input_chars_per_word", 100)),
                "WordLevel" => new WordLevelModel(ReadVocabulary(json), json.Text("unk_token", "<unk>")!),
                _ => throw json.Get("type").Error($"'{type}' is not supported; there are: BPE, Unigram, WordLevel, WordPiece"),
            };
        }
        catch (ArgumentException e)
        {
            throw json.Error(Problem.Describe(e), e);
        }
        catch (InvalidOperationException e)
        {
            throw json.Get("vocab").Error(e.Message, e);
        }
    }

    /// <summary>The kind of model.</summary>
    public static string TypeOf(JsonSection json)
    {
        if (json.Text("type", null) is { } stated) return stated;
        if (json.Find("merges") is not null) return "BPE";
        if (json.Find("continuing_subword_prefix") is not null || json.Find("max_input_chars_per_word") is not null) return "WordPiece";
        return json.Get("vocab").Element.ValueKind == System.Text.Json.JsonValueKind.Array ? "Unigram" : "WordLevel";
    }

    private static Vocabulary ReadVocabulary(JsonSection json)
    {
        JsonSection section = json.Get("vocab");
        List<(string Token, int Id)> entries = [.. section.Members().Select(member => (member.Name, member.Value.AsCount()))];
        if (TryMake(entries, section, last: false) is { } vocabulary && vocabulary.Count == entries.Count) return vocabulary;
        // A token occurs twice: its last id counts.
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        foreach ((string token, int id) in entries) ids[token] = id;
        return TryMake([.. ids.Select(pair => (pair.Key, pair.Value))], section, last: true)!;
    }

    /// <summary>Null where two tokens have one id, unless there is no other way to read them.</summary>
    private static Vocabulary? TryMake(List<(string Token, int Id)> entries, JsonSection section, bool last)
    {
        int highest = entries.Count == 0 ? -1 : entries.Max(entry => entry.Id);
        if (highest > MaxId(entries.Count)) throw section.Error($"id {highest} is out of range for {entries.Count} tokens");
        var tokens = new string?[highest + 1];
        foreach ((string token, int id) in entries)
        {
            if (tokens[id] is { } other && other != token) return last ? throw section.Error($"id {id} belongs to both '{other}' and '{token}'") : null;
            tokens[id] = token;
        }
        return new Vocabulary(tokens);
    }

    private static BpeModel ReadBpe(JsonSection json)
    {
        if (json.Find("dropout") is { } dropout && dropout.AsNumber() != 0) throw dropout.Error("dropout is for training and not supported");
        Vocabulary vocabulary = ReadVocabulary(json);
        var options = new BpeOptions
        {
            UnknownToken = json.Text("unk_token", null),
            FuseUnknown = json.Flag("fuse_unk", false),
            ByteFallback = json.Flag("byte_fallback", false),
            IgnoreMerges = json.Flag("ignore_merges", false),
            ContinuingPrefix = json.Text("continuing_subword_prefix", "")!,
            EndSuffix = json.Text("end_of_word_suffix", "")!,
        };
        JsonSection merges = json.Get("merges");
        var table = new MergeTable(vocabulary, merges.Length, options.ContinuingPrefix);
        foreach (JsonSection merge in merges.Items()) AddMerge(table, merge);
        return new BpeModel(vocabulary, table, options);
    }

    // "a b", or ["a", "b"] since parts may hold spaces.
    private static void AddMerge(MergeTable table, JsonSection merge)
    {
        string left, right;
        if (merge.Element.ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            if (merge.Length != 2) throw merge.Error($"a merge of {merge.Length} parts, expected 2");
            (left, right) = (merge.Item(0).AsText(), merge.Item(1).AsText());
        }
        else
        {
            string text = merge.AsText();
            if (text.StartsWith("#version", StringComparison.Ordinal)) return;
            int space = text.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || text.IndexOf(' ', space + 1) >= 0) throw merge.Error($"'{text}' is not two tokens with a space between");
            (left, right) = (text[..space], text[(space + 1)..]);
        }
        if (!table.TryAdd(left, right)) throw merge.Error($"'{left}', '{right}' or what they make is not in the vocabulary");
    }

    private static UnigramModel ReadUnigram(JsonSection json)
    {
        JsonSection section = json.Get("vocab");
        var tokens = new string?[section.Length];
        var scores = new double[tokens.Length];
        int id = 0;
        foreach (JsonSection item in section.Items())
        {
            if (item.Length != 2) throw item.Error("expected [token, score]");
            tokens[id] = item.Item(0).AsText();
            scores[id++] = item.Item(1).AsNumber();
        }
        int? unknown = json.Find("unk_id")?.AsCount();
        if (unknown >= tokens.Length) throw json.Get("unk_id").Error($"id {unknown} is out of range for {tokens.Length} tokens");
        return new UnigramModel(new Vocabulary(tokens), scores, unknown, json.Flag("byte_fallback", false));
    }
}
