using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Small tokenizer.json texts, one of each kind, made for tests.</summary>
internal static class SmallTokenizers
{
    /// <summary>The names of all kinds.</summary>
    public static IEnumerable<string> Names => ["byte-level", "llama", "unigram", "wordpiece", "wordlevel"];

    /// <summary>Opens a kind.</summary>
    public static PipelineTokenizer Open(string name) => Open(Json(name));

    /// <summary>Opens a changed text.</summary>
    public static PipelineTokenizer Open(JsonNode json) => TokenizerJson.Load(JsonSerializer.SerializeToUtf8Bytes(json), "test.json");

    /// <summary>The JSON of a kind.</summary>
    public static JsonObject Json(string name) => name switch
    {
        "byte-level" => ByteLevel(),
        "llama" => Llama(),
        "unigram" => Unigram(),
        "wordpiece" => WordPiece(),
        _ => WordLevel(),
    };

    private static JsonObject ByteLevel()
    {
        var vocabulary = new List<string> { "<s>", "</s>", "<|endoftext|>" };
        for (int b = 0; b < 256; b++) vocabulary.Add(ByteAlphabet.CharOf((byte)b).ToString());
        string[][] merges = [["h", "e"], ["l", "l"], ["t", "he"], ["Ġ", "the"], ["Ġ", "Ġ"], ["Ã", "©"], ["a", "a"], ["aa", "aa"], ["aaaa", "aaaa"]];
        foreach (string[] merge in merges) vocabulary.Add(merge[0] + merge[1]);
        return Root(
            new JsonObject { ["type"] = "BPE", ["vocab"] = ById(vocabulary), ["merges"] = JsonSerializer.SerializeToNode(merges), ["unk_token"] = null },
            preTokenizer: """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""",
            postProcessor: """
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                "pair":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
                "special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}}
                """,
            decoder: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
            added: [Added(0, "<s>", true), Added(1, "</s>", true), Added(2, "<|endoftext|>", true), Added(vocabulary.Count, "<tool>", false)]);
    }

    private static JsonObject Llama()
    {
        var vocabulary = new List<string> { "<unk>", "<s>", "</s>" };
        for (int b = 0; b < 256; b++) vocabulary.Add($"<0x{b:X2}>");
        foreach (char c in "▁abcdehilnorst.,'\n") vocabulary.Add(c.ToString());
        string[][] merges = [["▁", "t"], ["h", "e"], ["▁t", "he"], ["l", "l"], ["▁", "▁"], ["i", "n"]];
        foreach (string[] merge in merges) vocabulary.Add(merge[0] + merge[1]);
        return Root(
            new JsonObject
            {
                ["type"] = "BPE", ["vocab"] = ById(vocabulary), ["merges"] = JsonSerializer.SerializeToNode(merges), ["unk_token"] = "<unk>",
                ["fuse_unk"] = true, ["byte_fallback"] = true,
            },
            normalizer: """
                {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
                """,
            decoder: """
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
                {"type":"Strip","content":" ","start":1,"stop":0}]}
                """,
            added: [Added(0, "<unk>", true), Added(1, "<s>", true), Added(2, "</s>", true)]);
    }

    private static JsonObject Unigram()
    {
        var vocabulary = new JsonArray { new JsonArray("<unk>", 0.0), new JsonArray("▁", -2.0) };
        foreach (string token in (string[])["a", "b", "h", "e", "l", "o", "t", "▁the", "ll", "he", "lo", "▁a"])
            vocabulary.Add(new JsonArray(token, -3.0 - token.Length / 8.0));
        return Root(
            new JsonObject { ["type"] = "Unigram", ["unk_id"] = 0, ["vocab"] = vocabulary },
            normalizer: """{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"}]}""",
            preTokenizer: """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""",
            decoder: """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""");
    }

    private static JsonObject WordPiece()
    {
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "hell", "##o", "it", "'", "s", ",", ".", "a", "##a", "e", "!", "?", "東"];
        return Root(
            new JsonObject { ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 10,
                ["vocab"] = ById(vocabulary) },
            normalizer: """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
            preTokenizer: """{"type":"BertPreTokenizer"}""",
            postProcessor: """{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""",
            decoder: """{"type":"WordPiece","prefix":"##","cleanup":true}""",
            added: [Added(0, "[PAD]", true), Added(1, "[UNK]", true), Added(2, "[CLS]", true), Added(3, "[SEP]", true)]);
    }

    private static JsonObject WordLevel() => Root(
        new JsonObject { ["type"] = "WordLevel", ["unk_token"] = "<unk>", ["vocab"] = ById(["<unk>", "the", "Hello", ",", "a", "1"]) },
        preTokenizer: """{"type":"Whitespace"}""");

    private static JsonObject Root(
        JsonObject model, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null,
        params JsonNode[] added) => new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(added),
            ["normalizer"] = Parse(normalizer),
            ["pre_tokenizer"] = Parse(preTokenizer),
            ["post_processor"] = Parse(postProcessor),
            ["decoder"] = Parse(decoder),
            ["model"] = model,
        };

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);

    private static JsonObject Added(int id, string content, bool special) => new()
    {
        ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = special,
    };

    private static JsonObject ById(IReadOnlyList<string> tokens)
    {
        var vocabulary = new JsonObject();
        for (int id = 0; id < tokens.Count; id++) vocabulary[tokens[id]] = id;
        return vocabulary;
    }
}
