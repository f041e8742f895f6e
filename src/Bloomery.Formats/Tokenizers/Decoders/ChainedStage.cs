namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>A stage with a next one; by itself it changes nothing.</summary>
/// <param name="next">Receives what comes out.</param>
internal abstract class ChainedStage(DecodeStage next) : DecodeStage
{
    /// <inheritdoc/>
    public override bool IsBroken => next.IsBroken;

    /// <summary>Receives what comes out.</summary>
    protected DecodeStage Next => next;

    /// <inheritdoc/>
    public override void Text(ReadOnlySpan<char> text) => next.Text(text);

    /// <inheritdoc/>
    public override void EndToken() => next.EndToken();

    /// <inheritdoc/>
    public override void Release() => next.Release();

    /// <inheritdoc/>
    public override void Finish() => next.Finish();

    /// <summary>Passes a whole token on.</summary>
    protected void Pass(ReadOnlySpan<char> token)
    {
        next.Text(token);
        next.EndToken();
    }
}
