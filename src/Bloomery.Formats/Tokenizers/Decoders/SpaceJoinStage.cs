namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>What a tokenizer without a decoder does: joins tokens with spaces.</summary>
/// <param name="next">Receives what comes out.</param>
internal sealed class SpaceJoinStage(DecodeStage next) : ChainedStage(next)
{
    private bool _any, _inToken;

    public override void Text(ReadOnlySpan<char> text)
    {
        StartToken();
        Next.Text(text);
    }

    public override void EndToken()
    {
        StartToken();
        _inToken = false;
        Next.EndToken();
    }

    private void StartToken()
    {
        if (_any && !_inToken) Next.Text(" ");
        _any = _inToken = true;
    }
}
