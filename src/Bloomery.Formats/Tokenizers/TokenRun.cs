namespace Bloomery.Formats.Tokenizers;

/// <summary>Tokens of one text (or those that a post-processor adds) on their way to an <see cref="Encoding"/>.</summary>
internal sealed class TokenRun
{
    /// <summary>The tokens.</summary>
    public List<EncodedToken> Tokens { get; init; } = [];

    /// <summary>Sets the segment of every token.</summary>
    public void SetType(int typeId)
    {
        for (int i = 0; i < Tokens.Count; i++) Tokens[i] = Tokens[i] with { TypeId = typeId };
    }
}
