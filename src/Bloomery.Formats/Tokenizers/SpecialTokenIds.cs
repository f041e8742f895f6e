namespace Bloomery.Formats.Tokenizers;

/// <summary>The ids of the tokens that have a role; null where a vocabulary has none.</summary>
public sealed record SpecialTokenIds
{
    /// <summary>The token that begins a text.</summary>
    public int? Bos { get; init; }

    /// <summary>The token that ends a text.</summary>
    public int? Eos { get; init; }

    /// <summary>The token for what the vocabulary cannot spell.</summary>
    public int? Unknown { get; init; }

    /// <summary>The token that fills up batches.</summary>
    public int? Pad { get; init; }
}
