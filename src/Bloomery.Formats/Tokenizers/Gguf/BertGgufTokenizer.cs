using Bloomery.Formats.Tokenizers.Models;
using Bloomery.Formats.Tokenizers.Normalizers;
using Bloomery.Formats.Tokenizers.PreTokenizers;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>A vocabulary of the kind <c>bert</c>: WordPiece, with <c>▁</c> before the first parts of words and nothing before the others.</summary>
internal sealed class BertGgufTokenizer : GgufTokenizer
{
    private readonly Vocabulary _tokens;
    private readonly WordPieceModel _model;
    private readonly BertNormalizer _normalizer;
    private readonly BertPreTokenizer _preTokenizer = new();

    internal BertGgufTokenizer(GgufVocabulary vocabulary) : base(vocabulary)
    {
        _tokens = new Vocabulary(vocabulary.Tokens);
        int unknown = Roles.Unknown ?? TokenToId("[UNK]") ?? throw vocabulary.Error("tokenizer.ggml.unknown_token_id", "the file lacks this key");
        int? begin = vocabulary.Role("cls") ?? Roles.Bos ?? TokenToId("[CLS]");
        int? end = vocabulary.Role("seperator") ?? Roles.Eos ?? TokenToId("[SEP]");
        Roles = Roles with { Bos = begin, Eos = end, Unknown = unknown };
        bool lowercase = vocabulary.Flag("normalizer.lowercase", true);
        _normalizer = new BertNormalizer(stripAccents: vocabulary.Flag("normalizer.strip_accents", lowercase), lowercase: lowercase);
        _model = new WordPieceModel(_tokens, vocabulary.Tokens[unknown], continuingPrefix: "", firstPrefix: "\u2581");
    }

    private protected override int? Before => Roles.Bos;

    private protected override int? Behind => Roles.Eos;

    // [CLS] first [SEP] second [SEP]
    private protected override int? BeforeSecond => null;

    /// <inheritdoc/>
    public override int? TokenToId(string token) => _tokens.IdOf(token) is >= 0 and int id ? id : null;

    /// <inheritdoc/>
    public override StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false) => new BertGgufDecoder(this, skipSpecial);

    private protected override void EncodePart(ReadOnlyMemory<char> text, int origin, TokenSink sink)
    {
        var aligned = new AlignedText();
        aligned.Reset(text, origin);
        _normalizer.Normalize(aligned);
        var pieces = new PieceList();
        pieces.Reset(aligned, sink.Cancellation);
        _preTokenizer.Split(pieces);
        Tokenize(_model, pieces, sink);
    }

    private protected override byte[] MakeBytes(int id)
    {
        string token = Vocabulary.Tokens[id];
        bool isText = Vocabulary.Types[id] != PieceType.UserDefined;
        return System.Text.Encoding.UTF8.GetBytes(isText && token.StartsWith('\u2581') ? $" {token[1..]}" : token);
    }
}
