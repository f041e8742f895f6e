using Bloomery.Formats.Tokenizers.Models;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>
/// BPE over characters with <c>▁</c> for spaces, cut at newlines only, what is unknown as byte tokens: Gemma 4's way, and that of a few others
/// whose <c>tokenizer.ggml.pre</c> says so.
/// </summary>
internal sealed class MarkedBpeGgufTokenizer : GgufTokenizer
{
    private const char Mark = '\u2581';
    // Not for all of them: who only asks for the names has no use for it.
    private readonly SplitPattern _lines = new RegexPattern(@"[^\n]+|\n+");
    private readonly Vocabulary _tokens;
    private readonly BpeModel _model;
    private readonly bool _takesNewlines;

    internal MarkedBpeGgufTokenizer(GgufVocabulary vocabulary, string pre) : base(vocabulary)
    {
        _tokens = new Vocabulary(vocabulary.Tokens);
        _model = new BpeModel(_tokens, ByteLevelGgufTokenizer.ReadMerges(vocabulary, _tokens), new BpeOptions { ByteFallback = true });
        _takesNewlines = pre != "sarvam-moe";
        Before = vocabulary.Flag("add_bos_token", false) ? Roles.Bos : null;
        Behind = vocabulary.Flag("add_eos_token", false) ? Roles.Eos : null;
    }

    /// <summary>The values of <c>tokenizer.ggml.pre</c> that mean this kind.</summary>
    public static IReadOnlyList<string> PreTokenizers { get; } = ["gemma4", "granite-embed-multi-311m", "sarvam-moe"];

    private protected override int? Before { get; }

    private protected override int? Behind { get; }

    /// <inheritdoc/>
    public override int? TokenToId(string token) => _tokens.IdOf(token) is >= 0 and int id ? id : null;

    /// <inheritdoc/>
    public override StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false) => new ByteLevelGgufDecoder(this, skipSpecial);

    private protected override void EncodePart(ReadOnlyMemory<char> text, int origin, TokenSink sink)
    {
        var aligned = new AlignedText();
        aligned.Reset(text, origin);
        aligned.Exchange(' ', Mark);
        var pieces = new PieceList();
        pieces.Reset(aligned, sink.Cancellation);
        pieces.Split(_lines, SplitBehavior.Isolated);
        foreach (TextRange range in pieces.Ranges)
        {
            ReadOnlySpan<char> piece = aligned.Text[range.Begin..range.End];
            int first = sink.Spans.Count;
            // A run of newlines that is a token is taken whole, even where no merges build it.
            if (_takesNewlines && piece[0] == '\n' && _tokens.IdOf(piece) is >= 0 and int whole) sink.Add(whole, 0, piece.Length);
            else _model.Tokenize(piece, asBytes: false, sink);
            for (int i = first; i < sink.Spans.Count; i++)
            {
                (int begin, int end) = sink.Spans[i];
                sink.Spans[i] = aligned.SourceOf(range.Begin + begin, range.Begin + end);
            }
        }
    }

    private protected override byte[] MakeBytes(int id)
    {
        string token = Vocabulary.Tokens[id];
        return Vocabulary.Types[id] switch
        {
            PieceType.UserDefined => System.Text.Encoding.UTF8.GetBytes(token),
            PieceType.Byte when PieceVocabulary.ParseByte(token) is byte value => [value],
            _ => System.Text.Encoding.UTF8.GetBytes(token.Replace(Mark, ' ')),
        };
    }
}
