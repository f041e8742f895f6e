using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// What the files of a model's directory change about its tokenizer: which tokens it has, which have a role, and what stands around a text. The
/// rules are those of the reference library (transformers 5).
/// </summary>
internal static class FilesBeside
{
    private const string ConfigName = "tokenizer_config.json";

    /// <summary>A <c>tokenizer.json</c> says itself what stands around a text; flags beside it change nothing, whatever class is named.</summary>
    /// <returns>The tokenizer, and why it puts around a text what it does.</returns>
    public static (Tokenizer Tokenizer, string Reason) Apply(TokenizerConfig config, PipelineTokenizer tokenizer)
    {
        PipelineTokenizer joined = tokenizer.WithTokens(config.Tokens);
        string reason = joined.Parts.PostProcessor is null ? "tokenizer.json has no post_processor" : "by the post_processor of tokenizer.json";
        if (config.AddBos is not null || config.AddEos is not null) reason += $"; flags of {ConfigName} count only without a tokenizer.json";
        return (joined.WithRoles(new SpecialTokenIds
        {
            Bos = joined.BosId ?? IdOf("bos_token"), Eos = joined.EosId ?? IdOf("eos_token"),
            Unknown = joined.UnknownId ?? IdOf("unk_token"), Pad = joined.PadId ?? IdOf("pad_token"),
        }), reason);

        int? IdOf(string role) => config.Tokens.Named(role) is { } token ? joined.TokenToId(token) : null;
    }

    /// <summary>Around a text of a <c>.model</c> stands what the flags say; what none of them says, the class does.</summary>
    /// <returns>The tokenizer, and why it puts around a text what it does.</returns>
    public static (Tokenizer Tokenizer, string Reason) Apply(TokenizerConfig config, SentencePieceTokenizer tokenizer, string source)
    {
        (bool Bos, bool Eos)? usual = config.TokenizerClass switch
        {
            "LlamaTokenizer" or "CodeLlamaTokenizer" or "GemmaTokenizer" => (true, false),
            "T5Tokenizer" => (false, true),
            _ => null,
        };
        bool isStated = config.AddBos is not null || config.AddEos is not null;
        (bool bos, bool eos) = usual ?? (!isStated, !isStated);
        string who = usual is null ? "SentencePiece" : config.TokenizerClass!;
        string reason = isStated ? $"by the flags of {ConfigName}" : $"as {who} does, since no flag says otherwise";
        return (tokenizer.WithTokens(config.Tokens, source).Adding(config.AddBos ?? bos, config.AddEos ?? eos), reason);
    }
}
