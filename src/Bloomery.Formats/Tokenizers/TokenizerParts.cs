using Bloomery.Formats.Tokenizers.Decoders;
using Bloomery.Formats.Tokenizers.Models;
using Bloomery.Formats.Tokenizers.Normalizers;
using Bloomery.Formats.Tokenizers.PostProcessors;
using Bloomery.Formats.Tokenizers.PreTokenizers;

namespace Bloomery.Formats.Tokenizers;

/// <summary>What a <see cref="PipelineTokenizer"/> is made of; everything but the model may be absent.</summary>
/// <param name="Model">Turns pieces into tokens.</param>
internal sealed record TokenizerParts(TokenModel Model)
{
    /// <summary>Rewrites the text first.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>Cuts the text into pieces.</summary>
    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Adds special tokens, trims offsets.</summary>
    public PostProcessor? PostProcessor { get; init; }

    /// <summary>Turns tokens back into text; without one they are joined by spaces.</summary>
    public TokenDecoder? Decoder { get; init; }

    /// <summary>Tokens that are looked for in the text itself.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
}
