using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Reads the output of a CTC network: repeated tokens are one, padding vanishes, the delimiter is a space.</summary>
/// <param name="padToken">The padding.</param>
/// <param name="delimiter">The delimiter of words.</param>
/// <param name="cleanup">Whether to undo the spacing of English punctuation and to replace the delimiter.</param>
[Key("CTC")]
internal sealed class CtcDecoder(string padToken = "<pad>", string delimiter = "|", bool cleanup = true) : TokenDecoder
{
    internal CtcDecoder(JsonSection json)
        : this(json.Text("pad_token", "<pad>")!, json.Text("word_delimiter_token", "|")!, json.Flag("cleanup", true))
    {
    }

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next, padToken, delimiter, cleanup);

    private sealed class Stage(DecodeStage next, string padToken, string delimiter, bool cleanup) : TokenStage(next)
    {
        private string? _last;

        protected override void Token(string token)
        {
            if (token == _last) return;
            _last = token;
            if (padToken.Length > 0) token = token.Replace(padToken, "", StringComparison.Ordinal);
            if (cleanup)
            {
                token = WordPieceDecoder.Clean(token);
                if (delimiter.Length > 0) token = token.Replace(delimiter, " ", StringComparison.Ordinal);
            }
            if (token.Length > 0) Pass(token);
        }
    }
}
