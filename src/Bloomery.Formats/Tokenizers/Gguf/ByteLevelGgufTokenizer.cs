using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers.Models;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>A vocabulary of the kind <c>gpt2</c>: byte-level BPE, words cut as <c>tokenizer.ggml.pre</c> says.</summary>
internal sealed class ByteLevelGgufTokenizer : GgufTokenizer
{
    private readonly Vocabulary _tokens;
    private readonly BpeModel _model;
    private readonly SplitPattern[] _patterns;

    internal ByteLevelGgufTokenizer(GgufVocabulary vocabulary) : base(vocabulary)
    {
        string pre = vocabulary.Text("pre", "default");
        PreTokenizerKind kind = PreTokenizerKinds.Find(pre) ?? throw UnknownKind(vocabulary, pre);
        _patterns = kind.Patterns;
        _tokens = new Vocabulary(vocabulary.Tokens);
        Vocabulary words = kind.IgnoreMerges ? WithoutSpecial(vocabulary) : _tokens;
        _model = new BpeModel(words, ReadMerges(vocabulary, _tokens), new BpeOptions { IgnoreMerges = kind.IgnoreMerges });
        Before = vocabulary.Flag("add_bos_token", kind.AddBos) ? Roles.Bos : null;
        Behind = vocabulary.Flag("add_eos_token", false) ? Roles.Eos : null;
    }

    /// <summary>The values of <c>tokenizer.ggml.pre</c> that are known.</summary>
    public static IReadOnlyList<string> PreTokenizers { get; } = PreTokenizerKinds.Names.ToArray();

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
        var pieces = new PieceList();
        pieces.Reset(aligned, sink.Cancellation);
        foreach (SplitPattern pattern in _patterns) pieces.Split(pattern, SplitBehavior.Isolated);
        pieces.MarkBytes();
        if (!_model.TakesBytes) pieces.SpellBytes();
        Tokenize(_model, pieces, sink);
    }

    private protected override byte[] MakeBytes(int id)
    {
        string token = Vocabulary.Tokens[id];
        return Vocabulary.Types[id] switch
        {
            PieceType.UserDefined => System.Text.Encoding.UTF8.GetBytes(token),
            PieceType.Byte when PieceVocabulary.ParseByte(token) is byte value => [value],
            _ => ByteAlphabet.Bytes(token),
        };
    }

    private static ModelFormatException UnknownKind(GgufVocabulary vocabulary, string pre)
    {
        string name = pre.Length <= 40 ? pre : $"{pre[..40]}...";
        return vocabulary.Error("tokenizer.ggml.pre",
            $"'{name}' is not a way of cutting words that this version knows; use the model's safetensors with their tokenizer.json, or a newer version");
    }

    // A word taken whole must not be a special token that happens to be spelled like it.
    private static Vocabulary WithoutSpecial(GgufVocabulary vocabulary)
    {
        var tokens = new string?[vocabulary.Tokens.Length];
        for (int id = 0; id < tokens.Length; id++) tokens[id] = vocabulary.Types[id] is PieceType.Control or PieceType.Unknown ? null : vocabulary.Tokens[id];
        return new Vocabulary(tokens);
    }

    internal static MergeTable ReadMerges(GgufVocabulary vocabulary, Vocabulary tokens)
    {
        const string Key = "tokenizer.ggml.merges";
        GgufStrings merges = vocabulary.ReadMerges();
        var table = new MergeTable(tokens, merges.Count);
        for (int i = 0; i < merges.Count; i++)
        {
            string merge = merges[i];
            int space = merge.Length > 0 ? merge.IndexOf(' ', 1) : -1;
            if (space < 0 || space == merge.Length - 1) throw vocabulary.Error(Key, $"merge {i}, '{merge}', is not two tokens with a space between");
            if (!table.TryAdd(merge.AsSpan(0, space), merge.AsSpan(space + 1)))
            {
                throw vocabulary.Error(Key, $"merge {i}, '{merge}', names or makes a token that is not in the vocabulary");
            }
        }

        return table;
    }
}
