using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.PreTokenizers;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Makes <c>▁</c> spaces; in the first token they vanish.</summary>
/// <param name="mark">What stands for a space.</param>
/// <param name="scheme">With <see cref="PrependScheme.Never"/> the first token is like the others.</param>
[Key("Metaspace")]
internal sealed class MetaspaceDecoder(char mark = '\u2581', PrependScheme scheme = PrependScheme.Always) : TokenDecoder
{
    internal MetaspaceDecoder(JsonSection json)
        : this(MetaspacePreTokenizer.MarkOf(json), MetaspacePreTokenizer.SchemeOf(json))
    {
    }

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next, mark, scheme == PrependScheme.Never);

    private sealed class Stage(DecodeStage next, char mark, bool keepFirst) : ChainedStage(next)
    {
        private bool _keep = keepFirst;

        public override void Text(ReadOnlySpan<char> text)
        {
            for (int at; (at = text.IndexOf(mark)) >= 0; text = text[(at + 1)..])
            {
                if (at > 0) Next.Text(text[..at]);
                if (_keep) Next.Text(" ");
            }
            if (text.Length > 0) Next.Text(text);
        }

        public override void EndToken()
        {
            _keep = true;
            Next.EndToken();
        }
    }
}
