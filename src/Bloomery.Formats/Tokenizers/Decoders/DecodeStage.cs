namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>
/// One stage of a decoding stream. A token arrives as any number of <see cref="Text"/> calls and one <see cref="EndToken"/>; a stage
/// passes text on as soon as nothing that may follow can change it.
/// </summary>
internal abstract class DecodeStage
{
    /// <summary>Whether what is held back would show as U+FFFD if the stream ended here.</summary>
    public virtual bool IsBroken => false;

    /// <summary>Takes a part of the current token's text.</summary>
    public abstract void Text(ReadOnlySpan<char> text);

    /// <summary>Ends the current token.</summary>
    public abstract void EndToken();

    /// <summary>Passes on, before it is certain, what would be text if the stream ended here.</summary>
    public virtual void Release()
    {
    }

    /// <summary>Ends the stream: passes on what is held back, then finishes the next stage.</summary>
    public abstract void Finish();
}
