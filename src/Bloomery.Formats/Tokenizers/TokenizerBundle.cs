namespace Bloomery.Formats.Tokenizers;

/// <summary>A tokenizer and what lies beside it that talking to the model takes.</summary>
public sealed record TokenizerBundle
{
    /// <summary>The name under which the default chat template is listed.</summary>
    public const string DefaultTemplate = "default";

    private const string ToolTemplate = "tool_use";

    /// <summary>The tokenizer.</summary>
    public required Tokenizer Tokenizer { get; init; }

    /// <summary>The file that the tokenizer came from.</summary>
    public required string Source { get; init; }

    /// <summary>The chat templates (Jinja) by name; empty for models that do not chat.</summary>
    public IReadOnlyDictionary<string, string> ChatTemplates { get; init; } = new Dictionary<string, string>();

    /// <summary>The special tokens that the tokenizer puts around a text, and why.</summary>
    public TokenFrame Frame => TokenFrame.Of(Tokenizer, FrameReason);

    internal string FrameReason { get; init; } = "";

    /// <summary>The chat template for a conversation, chosen as the reference library does; null where the model has none at all.</summary>
    /// <param name="name">Its name; null: <c>tool_use</c> where tools are given and the model has one, else the default.</param>
    /// <param name="withTools">Whether tools are given.</param>
    /// <exception cref="ArgumentException">There is no template of this name.</exception>
    /// <exception cref="InvalidOperationException">There are templates, but none is the default, so that one has to be named.</exception>
    public string? FindTemplate(string? name = null, bool withTools = false)
    {
        if (name is not null)
        {
            string all = ChatTemplates.Count == 0 ? "the model has none" : $"there are: {TemplateNames}";
            return ChatTemplates.GetValueOrDefault(name) ?? throw new ArgumentException($"{Source}: there is no chat template '{name}'; {all}", nameof(name));
        }

        if (ChatTemplates.Count == 0) return null;
        if (withTools && ChatTemplates.TryGetValue(ToolTemplate, out string? tools)) return tools;
        return ChatTemplate ?? throw new InvalidOperationException($"{Source}: none of the chat templates is the default; name one of: {TemplateNames}");
    }

    private string TemplateNames => string.Join(", ", ChatTemplates.Keys.Order(StringComparer.Ordinal));

    /// <summary>The default chat template, or null.</summary>
    public string? ChatTemplate => ChatTemplates.GetValueOrDefault(DefaultTemplate);

    /// <summary>The spelling of the begin token, for chat templates; null where there is none.</summary>
    public string? BosToken => SpecialTokens.GetValueOrDefault("bos_token");

    /// <summary>The spelling of the end token, for chat templates; null where there is none.</summary>
    public string? EosToken => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>What chat templates know of special tokens: spellings by names such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>The tokens after which a model has said what it wanted: end of text, of turn, of message.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>What is wrong with the files and was passed over; one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
