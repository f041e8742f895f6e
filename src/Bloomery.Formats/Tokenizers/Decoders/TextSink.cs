using System.Text;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>The end of a decoding stream: gathers text.</summary>
internal sealed class TextSink : DecodeStage
{
    /// <summary>What has arrived.</summary>
    public StringBuilder Gathered { get; } = new();

    public override void Text(ReadOnlySpan<char> text) => Gathered.Append(text);

    public override void EndToken()
    {
    }

    public override void Finish()
    {
    }
}
