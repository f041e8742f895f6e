namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>Cuts normalised text into pieces of a vocabulary. Safe for use by many threads at once.</summary>
internal abstract class PieceSegmenter
{
    /// <summary>Appends the pieces of <paramref name="text"/> in order; their lengths add up to its length.</summary>
    public abstract void Segment(ReadOnlySpan<byte> text, List<PieceSpan> pieces);

    /// <summary>The length in bytes of the character at the start of well-formed UTF-8.</summary>
    protected static int CharacterLength(byte lead) => lead switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
}
