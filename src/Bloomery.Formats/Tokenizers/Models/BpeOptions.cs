namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>The switches of a BPE model, as tokenizer.json names them.</summary>
internal sealed record BpeOptions
{
    /// <summary>The token for what cannot be spelled; without one it is dropped.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Whether neighbouring unknowns become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether a character that is not in the vocabulary is spelled with <c>&lt;0xXX&gt;</c> tokens.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a piece that is a token is taken whole, even where no merges build it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>What every part of a word but the first begins with.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>What the last part of a word ends with.</summary>
    public string EndSuffix { get; init; } = "";
}
