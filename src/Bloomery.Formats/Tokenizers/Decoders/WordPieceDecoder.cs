using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Puts a space in front of each token that does not begin with the continuation prefix, which goes; the first stays as it is.</summary>
/// <param name="prefix">The prefix.</param>
/// <param name="cleanup">Whether to undo the spacing of English punctuation, in each token for itself.</param>
[Key("WordPiece")]
internal sealed class WordPieceDecoder(string prefix = "##", bool cleanup = true) : TokenDecoder
{
    internal WordPieceDecoder(JsonSection json)
        : this(json.Text("prefix", "##")!, json.Flag("cleanup", true))
    {
    }

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next, prefix, cleanup);

    /// <summary>Undoes the spacing of English punctuation and contractions.</summary>
    public static string Clean(string text) => text.Replace(" .", ".", StringComparison.Ordinal).Replace(" ?", "?", StringComparison.Ordinal)
        .Replace(" !", "!", StringComparison.Ordinal).Replace(" ,", ",", StringComparison.Ordinal).Replace(" ' ", "'", StringComparison.Ordinal)
        .Replace(" n't", "n't", StringComparison.Ordinal).Replace(" 'm", "'m", StringComparison.Ordinal)
        .Replace(" do not", " don't", StringComparison.Ordinal).Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal).Replace(" 're", "'re", StringComparison.Ordinal);

    private sealed class Stage(DecodeStage next, string prefix, bool cleanup) : TokenStage(next)
    {
        private bool _isFirst = true;

        protected override void Token(string token)
        {
            if (!_isFirst) token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : $" {token}";
            _isFirst = false;
            Pass(cleanup ? Clean(token) : token);
        }
    }
}
