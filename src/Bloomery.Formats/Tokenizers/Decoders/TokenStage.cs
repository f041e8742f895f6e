using System.Text;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>A stage that works on whole tokens: it gathers each until its end.</summary>
/// <param name="next">Receives what comes out.</param>
internal abstract class TokenStage(DecodeStage next) : ChainedStage(next)
{
    private readonly StringBuilder _token = new();

    /// <inheritdoc/>
    public sealed override void Text(ReadOnlySpan<char> text) => _token.Append(text);

    /// <inheritdoc/>
    public sealed override void EndToken()
    {
        string token = _token.ToString();
        _token.Clear();
        Token(token);
    }

    /// <summary>Takes a whole token.</summary>
    protected abstract void Token(string token);
}
