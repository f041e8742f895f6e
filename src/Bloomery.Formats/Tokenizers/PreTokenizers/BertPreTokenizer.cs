using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>What BERT does: cuts at whitespace, then each punctuation character is a piece.</summary>
[Key("BertPreTokenizer")]
internal sealed class BertPreTokenizer : PreTokenizer
{
    /// <inheritdoc/>
    public override void Split(PieceList pieces)
    {
        pieces.Split(WhitespaceSplitPreTokenizer.Pattern, SplitBehavior.Removed);
        pieces.Split(PunctuationPreTokenizer.Pattern, SplitBehavior.Isolated);
    }
}
