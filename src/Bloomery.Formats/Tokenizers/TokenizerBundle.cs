namespace Bloomery.Formats.Tokenizers;

/// <summary>A tokenizer and what lies beside it that talking to the model takes.</summary>
public sealed record TokenizerBundle
{
    /// <summary>The name under which the default chat template is listed.</summary>
    public const string DefaultTemplate = "default";

    /// <summary>The tokenizer.</summary>
    public required Tokenizer Tokenizer { get; init; }

    /// <summary>The file that the tokenizer came from.</summary>
    public required string Source { get; init; }

    /// <summary>The chat templates (Jinja) by name; empty for models that do not chat.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>The default chat template, or null.</summary>
    public string? ChatTemplate => ChatTemplates.GetValueOrDefault(DefaultTemplate);

    /// <summary>The spelling of the begin token, for chat templates; null where there is none.</summary>
    public string? BosToken { get; init; }

    /// <summary>The spelling of the end token, for chat templates; null where there is none.</summary>
    public string? EosToken { get; init; }

    /// <summary>The tokens after which a model has said what it wanted: end of text, of turn, of message.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>What is wrong with the files and was passed over; one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
