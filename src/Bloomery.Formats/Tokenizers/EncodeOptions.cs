namespace Bloomery.Formats.Tokenizers;

/// <summary>How a text is encoded.</summary>
public sealed record EncodeOptions
{
    /// <summary>Neither adds nor parses special tokens.</summary>
    public static EncodeOptions Default { get; } = new();

    /// <summary>Whether to add what the post-processor (or the vocabulary's flags) adds: begin and end tokens.</summary>
    public bool AddSpecial { get; init; }

    /// <summary>Whether special tokens spelled in the text become tokens; otherwise they stay text. Added tokens that are not special always match.</summary>
    public bool ParseSpecial { get; init; }

    /// <summary>Whether to compute <see cref="Encoding.Offsets"/>.</summary>
    public bool Offsets { get; init; }

    /// <summary>
    /// Ranges of UTF-16 indices, ascending and disjoint, in which special tokens stay text even with <see cref="ParseSpecial"/>: what came from a request.
    /// </summary>
    public IReadOnlyList<TextRange> PlainRanges { get; init; } = [];

    /// <summary>Gives up between two pieces of the text.</summary>
    internal CancellationToken Cancellation { get; init; }
}
