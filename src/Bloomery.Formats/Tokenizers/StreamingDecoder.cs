namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// Decodes one token at a time, in constant time each. Text that a later token could still change (unfinished UTF-8, a run of byte
/// tokens, a leading space) is held back. Not safe for use by several threads at once.
/// </summary>
public abstract class StreamingDecoder
{
    /// <summary>Takes the next token and returns the text that it released: empty while something is held back.</summary>
    public abstract string Push(int id);

    /// <summary>Ends the stream and returns what was still held back.</summary>
    public abstract string Finish();
}
