using Bloomery.Formats.Tokenizers.Decoders;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>Joins the parts of words, words by spaces, and undoes the spacing of English punctuation, as WordPiece's decoder does.</summary>
internal sealed class BertGgufDecoder(BertGgufTokenizer tokenizer, bool skipSpecial) : StreamingDecoder
{
    private bool _isFirst = true;

    public override string Push(int id)
    {
        if (tokenizer.IdToToken(id) is not { } token) return "";
        bool special = tokenizer.IsSpecial(id);
        if (special && skipSpecial) return "";
        bool beginsWord = special || token.StartsWith('\u2581');
        string text = special || !beginsWord ? token : token[1..];
        if (beginsWord && !_isFirst) text = $" {text}";
        _isFirst = false;
        return WordPieceDecoder.Clean(text);
    }

    public override string Finish() => "";
}
