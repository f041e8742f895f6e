namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>
/// Turns one piece of text into tokens of a vocabulary. A plug point: one file with a key, the type's name in tokenizer.json. Safe for use by many threads.
/// </summary>
internal abstract class TokenModel
{
    /// <summary>The tokens and their ids.</summary>
    public abstract Vocabulary Vocabulary { get; }

    /// <summary>The token for what the vocabulary cannot spell, or null.</summary>
    public virtual int? UnknownId => null;

    /// <summary>
    /// Whether <see cref="Tokenize"/> takes pieces that stand for their UTF-8 bytes in the byte-level alphabet without their being spelled out.
    /// </summary>
    public virtual bool TakesBytes => false;

    /// <summary>Appends the tokens of <paramref name="piece"/>.</summary>
    /// <param name="piece">Text, never empty.</param>
    /// <param name="asBytes">Whether the piece stands for its UTF-8 bytes, each a letter of <see cref="ByteAlphabet"/>; only where
    /// <see cref="TakesBytes"/>.</param>
    /// <param name="sink">Receives ids and spans of UTF-16 units within the piece.</param>
    public abstract void Tokenize(ReadOnlySpan<char> piece, bool asBytes, TokenSink sink);
}
