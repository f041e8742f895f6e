using System.Text.Json.Nodes;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Conversion;

/// <summary>Writes the tokenizer of a GGUF file as the files that lie beside a checkpoint: <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
internal static class TokenizerFiles
{
    /// <summary>Writes what can be rebuilt; the rest is told.</summary>
    public static void Write(GgufMetadata meta, string directory, Action<string>? warn)
    {
        string model = meta.Get("tokenizer.ggml.model", "none");
        if (model is "none" or "no_vocab")
        {
            warn?.Invoke("the file has no tokenizer");
            return;
        }
        TokenizerBundle bundle = TokenizerLoader.Load(meta);
        string[] tokens = [.. Enumerable.Range(0, bundle.Tokenizer.VocabularySize).Select(id => bundle.Tokenizer.IdToToken(id)!)];
        if (TokenizerJsonDraft.Make(meta, tokens, bundle.Frame) is not { } json)
        {
            warn?.Invoke($"the tokenizer ({model}, '{meta.Get("tokenizer.ggml.pre", "default")}') has no form as tokenizer.json: it is left out");
            return;
        }
        OutputDirectory.WriteJson(directory, "tokenizer.json", json);
        OutputDirectory.WriteJson(directory, "tokenizer_config.json", Config(meta, bundle, tokens));

        Tokenizer written = TokenizerLoader.Load(Path.Combine(directory, "tokenizer.json")).Tokenizer;
        foreach (string text in PreTokenizerProbe.Texts)
        {
            if (written.EncodeToIds(text).AsSpan().SequenceEqual(bundle.Tokenizer.EncodeToIds(text))) continue;
            warn?.Invoke($"tokenizer.json cuts '{text}' otherwise than the original");
            break;
        }
    }

    private static JsonObject Config(GgufMetadata meta, TokenizerBundle bundle, string[] tokens)
    {
        JsonObject config = new() { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        foreach ((string role, string key) in ((string, string)[])[("bos", "bos_token"), ("eos", "eos_token"), ("unknown", "unk_token"),
            ("padding", "pad_token"), ("cls", "cls_token"), ("seperator", "sep_token"), ("mask", "mask_token")])
            if (meta.TryGet($"tokenizer.ggml.{role}_token_id", out long id) && id >= 0 && id < tokens.Length) config[key] = tokens[id];
        // BERT's frame is no matter of flags; the others' are the same as the post-processor's, for readers that go by them.
        if (meta.Get("tokenizer.ggml.model", "") != "bert")
            (config["add_bos_token"], config["add_eos_token"]) = (bundle.Frame.Before.Count > 0, bundle.Frame.Behind.Count > 0);
        if (bundle.ChatTemplates is { Count: 1 } && bundle.ChatTemplate is { } template) config["chat_template"] = template;
        else if (bundle.ChatTemplates.Count > 0)
            config["chat_template"] =
                new JsonArray([.. bundle.ChatTemplates.Select(t => (JsonNode)new JsonObject { ["name"] = t.Key, ["template"] = t.Value })]);
        return config;
    }
}
