using System.Text.Json.Nodes;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Conversion;

/// <summary>A <c>tokenizer.json</c> made of a GGUF file's keys.</summary>
internal static class TokenizerJsonDraft
{
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Bloom = @" ?[^(\s|[.,!?…。，、।۔،])]+";
    private const string Space = "\u2581";

    // Names of how words are cut, and the expressions that do it one after the other.
    private static readonly (string Names, string[] Patterns)[] Cuts =
    [
        ("gpt-2 mpt phi-2 olmo jais roberta-bpe", [Gpt2]),
        ("starcoder refact smollm command-r codeshell", [@"\p{N}", Gpt2]),
        ("llama-bpe llama3 llama-v3 falcon3 glm4 dbrx smaug-bpe", [Llama3]),
        ("qwen2 deepseek-r1-qwen stablelm2 megrez", [Qwen2]),
        ("bloom poro-chat gpt3-finnish", [Bloom]),
        ("falcon", [@"[\p{P}$+<=>^~|`]+", Gpt2, "[0-9][0-9][0-9]"]),
        ("default", [@"[\p{P}$+<=>^~|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"]),
        ("deepseek-llm", [@"[\r\n]", @"\s?[\p{Lu}\p{Ll}\p{Lt}]+", @"\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+", @"\s+$",
            @"[\u0800-\u9FA5\uAC00-\uD7FF]+", @"\p{N}+"]),
        ("deepseek-coder", [@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", @"[\u0800-\u9FA5\uAC00-\uD7FF]+", @"\p{N}"]),
    ];

    private static readonly HashSet<string> WholeWords = ["llama-bpe", "llama3", "llama-v3", "falcon3", "glm4"];

    /// <summary>The file's content, or null where there is no such form.</summary>
    /// <param name="meta">The keys.</param>
    /// <param name="tokens">The spelling of each token.</param>
    /// <param name="frame">What stands around a text.</param>
    public static JsonObject? Make(GgufMetadata meta, string[] tokens, TokenFrame frame)
    {
        int[] types = meta.TryGet("tokenizer.ggml.token_type", out int[]? stated) && stated.Length == tokens.Length
            ? stated : [.. tokens.Select(_ => (int)PieceType.Normal)];
        JsonObject? parts = meta.Get<string>("tokenizer.ggml.model") switch
        {
            "gpt2" => ByteLevel(meta, tokens, frame),
            "llama" => SentencePiece(meta, tokens, types, frame),
            "bert" => WordPiece(meta, tokens, types, frame),
            _ => null,
        };
        if (parts is null) return null;
        JsonObject result = new() { ["version"] = "1.0", ["truncation"] = null, ["padding"] = null, ["added_tokens"] = Added(tokens, types) };
        foreach (string part in (string[])["normalizer", "pre_tokenizer", "post_processor", "decoder", "model"]) result[part] = parts[part]?.DeepClone();
        return result;
    }

    private static JsonArray Added(string[] tokens, int[] types)
    {
        JsonArray added = [];
        for (int id = 0; id < tokens.Length; id++)
        {
            if ((PieceType)types[id] is not (PieceType.Control or PieceType.Unknown or PieceType.UserDefined)) continue;
            added.Add(new JsonObject
            {
                ["id"] = id, ["content"] = tokens[id], ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false,
                ["special"] = (PieceType)types[id] != PieceType.UserDefined,
            });
        }
        return added;
    }

    private static JsonObject? ByteLevel(GgufMetadata meta, string[] tokens, TokenFrame frame)
    {
        string pre = meta.Get("tokenizer.ggml.pre", "default");
        string[]? patterns = Cuts.FirstOrDefault(c => c.Names.Split(' ').Contains(pre)).Patterns;
        if (patterns is null) return null;
        JsonArray cuts = [.. patterns.Select(p =>
            (JsonNode)new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = p }, ["behavior"] = "Isolated", ["invert"] = false })];
        cuts.Add(Bytes(useRegex: false));
        return new JsonObject
        {
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = cuts },
            ["post_processor"] = Frame(tokens, frame) is { } template
                ? new JsonObject { ["type"] = "Sequence", ["processors"] = new JsonArray(Bytes(useRegex: true), template) } : Bytes(useRegex: true),
            ["decoder"] = Bytes(useRegex: true),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null, ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false, ["byte_fallback"] = false,
                ["ignore_merges"] = WholeWords.Contains(pre), ["vocab"] = Vocabulary(tokens),
                ["merges"] = Pairs(meta.Get<GgufStrings>("tokenizer.ggml.merges").Select(Halves)),
            },
        };

        static JsonObject Bytes(bool useRegex) =>
            new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = useRegex };

        static (string, string) Halves(string merge) => (merge[..merge.IndexOf(' ', 1)], merge[(merge.IndexOf(' ', 1) + 1)..]);
    }

    private static JsonObject SentencePiece(GgufMetadata meta, string[] tokens, int[] types, TokenFrame frame)
    {
        bool prefix = meta.Get("tokenizer.ggml.add_space_prefix", true);
        JsonArray normalizers = [], decoders = [];
        if (prefix) normalizers.Add(new JsonObject { ["type"] = "Prepend", ["prepend"] = Space });
        normalizers.Add(Replace(" ", Space));
        decoders.Add(Replace(Space, " "));
        decoders.Add(new JsonObject { ["type"] = "ByteFallback" });
        decoders.Add(new JsonObject { ["type"] = "Fuse" });
        if (prefix) decoders.Add(new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 });
        int unknown = Array.IndexOf(types, (int)PieceType.Unknown);
        return new JsonObject
        {
            ["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = normalizers },
            ["post_processor"] = Frame(tokens, frame),
            ["decoder"] = new JsonObject { ["type"] = "Sequence", ["decoders"] = decoders },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = unknown < 0 ? null : tokens[unknown], ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null, ["fuse_unk"] = true,
                ["byte_fallback"] = types.Count(t => t == (int)PieceType.Byte) == 256, ["ignore_merges"] = false,
                ["vocab"] = Vocabulary(tokens), ["merges"] = Pairs(Merges(tokens, types, meta.Get<float[]>("tokenizer.ggml.scores"))),
            },
        };

        static JsonObject Replace(string from, string to) =>
            new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = from }, ["content"] = to };
    }

    /// <summary>Every way in which two pieces make a third, the highest score first.</summary>
    private static IEnumerable<(string Left, string Right)> Merges(string[] tokens, int[] types, float[] scores)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
            if ((PieceType)types[id] is PieceType.Normal or PieceType.UserDefined) ids.TryAdd(tokens[id], id);
        List<(float Score, int Id, int Left, int Right)> merges = [];
        foreach ((string piece, int id) in ids)
        {
            if ((PieceType)types[id] != PieceType.Normal) continue;
            for (int cut = 1; cut < piece.Length; cut++)
                if (!char.IsLowSurrogate(piece[cut]) && ids.TryGetValue(piece[..cut], out int left) && ids.TryGetValue(piece[cut..], out int right))
                    merges.Add((scores[id], id, left, right));
        }
        return merges.OrderByDescending(m => m.Score).ThenBy(m => m.Id).ThenBy(m => m.Left).Select(m => (tokens[m.Left], tokens[m.Right]));
    }

    private static JsonObject WordPiece(GgufMetadata meta, string[] tokens, int[] types, TokenFrame frame)
    {
        string[] spelled = [.. tokens.Select((t, id) => (PieceType)types[id] != PieceType.Normal ? t : t.StartsWith(Space, StringComparison.Ordinal)
            ? t[1..] : "##" + t)];
        bool lowercase = meta.Get("tokenizer.ggml.normalizer.lowercase", true);
        int unknown = Id(meta, "unknown") is { } id && id < tokens.Length ? id : Array.IndexOf(tokens, "[UNK]");
        JsonObject template = Template(spelled, First(frame.Before), First(frame.Behind), firstInPair: false);
        return new JsonObject
        {
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null,
                ["lowercase"] = lowercase },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = template,
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece", ["unk_token"] = unknown >= 0 ? spelled[unknown] : "[UNK]", ["continuing_subword_prefix"] = "##",
                ["max_input_chars_per_word"] = 100, ["vocab"] = Vocabulary(spelled),
            },
        };
    }

    /// <summary>What puts the begin and the end token around a text, or null.</summary>
    private static JsonObject? Frame(string[] tokens, TokenFrame frame) =>
        frame.Before.Count == 0 && frame.Behind.Count == 0 ? null : Template(tokens, First(frame.Before), First(frame.Behind), firstInPair: true);

    private static int? First(IReadOnlyList<int> ids) => ids.Count > 0 ? ids[0] : null;

    private static JsonObject Template(string[] tokens, int? before, int? behind, bool firstInPair)
    {
        JsonObject specials = [];
        foreach (int? id in (int?[])[before, behind])
            if (id is { } known)
                specials[tokens[known]] = new JsonObject { ["id"] = tokens[known], ["ids"] = new JsonArray(known), ["tokens"] = new JsonArray(tokens[known]) };
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. Around("A", 0, before)]),
            ["pair"] = new JsonArray([.. Around("A", 0, before), .. Around("B", 1, firstInPair ? before : null)]),
            ["special_tokens"] = specials,
        };

        IEnumerable<JsonNode> Around(string sequence, int type, int? first)
        {
            if (first is { } begin) yield return Piece("SpecialToken", tokens[begin], type);
            yield return Piece("Sequence", sequence, type);
            if (behind is { } end) yield return Piece("SpecialToken", tokens[end], type);
        }

        static JsonObject Piece(string kind, string id, int type) => new() { [kind] = new JsonObject { ["id"] = id, ["type_id"] = type } };
    }

    private static int? Id(GgufMetadata meta, string role) =>
        meta.TryGet($"tokenizer.ggml.{role}_token_id", out long id) && id is >= 0 and < int.MaxValue ? (int)id : null;

    private static JsonObject Vocabulary(string[] tokens)
    {
        JsonObject vocabulary = [];
        for (int id = 0; id < tokens.Length; id++) vocabulary.TryAdd(tokens[id], id);
        return vocabulary;
    }

    private static JsonArray Pairs(IEnumerable<(string Left, string Right)> merges) => [.. merges.Select(m => (JsonNode)new JsonArray(m.Left, m.Right))];
}
