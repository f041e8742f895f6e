using System.Text;
using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Models.Config;

namespace Bloomery.Engine.Embedding;

/// <summary>
/// What a sentence-transformers checkpoint does to texts before the model sees them: a prompt in front, lower case, and a length at which they are cut.
/// Checkpoints without <c>modules.json</c> do nothing.
/// </summary>
/// <param name="Prompt">What precedes every text.</param>
/// <param name="Lowercase">Whether texts become lower case.</param>
/// <param name="MaxLength">The most tokens; null: as many as the model takes.</param>
internal sealed record SentenceInputs(string Prompt, bool Lowercase, int? MaxLength)
{
    // The module's file is called after one of the models that it was written for.
    private static readonly string[] TransformerFiles =
        [.. ((string[])["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"]).Select(m => $"sentence_{m}_config.json")];

    /// <summary>Texts are taken as they are.</summary>
    public static SentenceInputs None { get; } = new("", false, null);

    /// <summary>Reads the files in a model's directory.</summary>
    /// <exception cref="ModelFormatException">A file is unusable, or asks for something that is not supported.</exception>
    public static SentenceInputs Read(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "modules.json"))) return None;
        ModelConfig? transformer = TransformerFiles.Select(name => Find(folder, name)).FirstOrDefault(c => c is { Json.Count: > 0 });
        double? most = Length(transformer, "max_seq_length") ?? Length(Find(folder, "tokenizer_config.json"), "model_max_length");
        return new SentenceInputs(PromptOf(folder), transformer?.BoolOr(false, "do_lower_case") ?? false, most < int.MaxValue ? (int)most : null);
    }

    /// <summary>The text that the model sees.</summary>
    public string Prepare(string text)
    {
        text = Prompt + text;
        if (!Lowercase) return text;
        StringBuilder lower = new(text.Length);
        // Character by character, as tokenizers do: the dotted capital I is the one that becomes two.
        foreach (Rune rune in text.EnumerateRunes()) lower.Append(rune.Value == 0x130 ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString());
        return lower.ToString();
    }

    private static double? Length(ModelConfig? config, string key) =>
        config?.DoubleOrNull(key) is not { } most ? null : most >= 1 ? most : throw config.Error(key, $"is {most}; a positive number is needed");

    private static string PromptOf(string folder)
    {
        if (Find(folder, "config_sentence_transformers.json") is not { } config || config.StringOr("", "default_prompt_name") is not { Length: > 0 } name)
            return "";
        string? prompt = config.Section("prompts")?.Json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        if (prompt is null) throw config.Error("default_prompt_name", $"is '{name}', and there is no such prompt");
        if (prompt.Length > 0 && SentenceFiles.PoolingConfig(folder) is { } path
            && ModelConfig.Load(path) is var pooling && !pooling.BoolOr(true, "include_prompt"))
            throw pooling.Error("include_prompt", "is false, which is not supported together with a default prompt");
        return prompt;
    }

    private static ModelConfig? Find(string folder, string name) => Path.Combine(folder, name) is var path && File.Exists(path) ? ModelConfig.Load(path) : null;
}
