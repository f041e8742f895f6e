using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Makes all tokens one.</summary>
[Key("Fuse")]
internal sealed class FuseDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next);

    private sealed class Stage(DecodeStage next) : ChainedStage(next)
    {
        public override void EndToken()
        {
        }

        public override void Finish()
        {
            Next.EndToken();
            Next.Finish();
        }
    }
}
