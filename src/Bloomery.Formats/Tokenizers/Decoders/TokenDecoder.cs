namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Turns token spellings back into text. A plug point: one file with a key, the type's name in tokenizer.json.</summary>
internal abstract class TokenDecoder
{
    /// <summary>Starts a stream through this decoder.</summary>
    /// <param name="next">Receives what comes out.</param>
    public abstract DecodeStage Start(DecodeStage next);
}
