using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers.Models;
using Bloomery.Formats.Tokenizers.SentencePiece;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>
/// A vocabulary stored in a GGUF file (formats.md, Tokenizers): special and user-defined tokens are cut out of the text, what lies
/// between is cut into pieces and tokens by the kind of the vocabulary.
/// </summary>
internal abstract class GgufTokenizer : Tokenizer
{
    private readonly SymbolCutter _cutter;
    private readonly byte[]?[] _bytes;

    private protected GgufTokenizer(GgufVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        Roles = vocabulary.Roles();
        _cutter = new SymbolCutter(vocabulary.Symbols());
        _bytes = new byte[vocabulary.Tokens.Length][];
    }

    /// <inheritdoc/>
    public override int VocabularySize => Vocabulary.Tokens.Length;

    /// <summary>What the file says.</summary>
    private protected GgufVocabulary Vocabulary { get; }

    /// <summary>The token put before a text, or null.</summary>
    private protected abstract int? Before { get; }

    /// <summary>The token put behind a text, or null.</summary>
    private protected abstract int? Behind { get; }

    /// <summary>Makes the tokenizer of a file.</summary>
    /// <param name="metadata">Its keys.</param>
    /// <exception cref="ModelFormatException">Keys are missing or contradict each other, or the kind of tokenizer is not supported.</exception>
    public static Tokenizer Create(GgufMetadata metadata) => Create(GgufVocabulary.Read(metadata));

    /// <summary>Makes the tokenizer of a file.</summary>
    /// <param name="vocabulary">What its keys say.</param>
    /// <exception cref="ModelFormatException">Keys are missing or contradict each other, or the kind of tokenizer is not supported.</exception>
    public static Tokenizer Create(GgufVocabulary vocabulary)
    {
        return vocabulary.Model switch
        {
            "gemma4" => new MarkedBpeGgufTokenizer(vocabulary, "gemma4"),
            "gpt2" when vocabulary.Text("pre", "") is var pre && MarkedBpeGgufTokenizer.PreTokenizers.Contains(pre) =>
                new MarkedBpeGgufTokenizer(vocabulary, pre),
            "gpt2" => new ByteLevelGgufTokenizer(vocabulary),
            "bert" => new BertGgufTokenizer(vocabulary),
            "llama" or "t5" => SentencePieceGguf.Create(vocabulary),
            _ => throw vocabulary.Error("tokenizer.ggml.model", $"'{vocabulary.Model}' is not supported, expected gpt2, gemma4, llama, bert or t5"),
        };
    }

    /// <inheritdoc/>
    public override Encoding Encode(string text, EncodeOptions options)
    {
        var builder = new EncodingBuilder([], idsOnly: false, options.Offsets);
        Encode(text, options, builder, Before);
        return builder.ToEncoding();
    }

    /// <inheritdoc/>
    public override void Encode(string text, EncodeOptions options, List<int> ids)
    {
        if (options.AddSpecial && Before is int before) ids.Add(before);
        text = WellFormed(text);
        var sink = new TokenSink(idsOnly: true) { Ids = ids, Cancellation = options.Cancellation };
        foreach (TextPart part in _cutter.Cut(text, options))
        {
            if (part.Id == ByteTrie.None) EncodePart(text.AsMemory(part.Begin, part.End - part.Begin), part.Begin, sink);
            else ids.Add(part.Id);
        }

        if (options.AddSpecial && Behind is int behind) ids.Add(behind);
    }

    /// <inheritdoc/>
    public override Encoding EncodePair(string first, string second, EncodeOptions options)
    {
        EncodeOptions plain = options with { PlainRanges = [] };
        var builder = new EncodingBuilder([], idsOnly: false, options.Offsets);
        Encode(first, plain, builder, Before);
        builder.TypeId = 1;
        Encode(second, plain, builder, BeforeSecond);
        return builder.ToEncoding();
    }

    /// <inheritdoc/>
    public override string? IdToToken(int id) => Contains(id) ? Vocabulary.Tokens[id] : null;

    /// <inheritdoc/>
    public override bool IsSpecial(int id) => Contains(id) && Vocabulary.Types[id] is PieceType.Control or PieceType.Unknown;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id) => !Contains(id) || IsSpecial(id) ? [] : _bytes[id] ??= MakeBytes(id);

    /// <summary>The token put before the second text of a pair, or null.</summary>
    private protected virtual int? BeforeSecond => Before;

    /// <summary>Appends the tokens of a part of a text.</summary>
    /// <param name="text">The part, never empty, well-formed.</param>
    /// <param name="origin">Where it begins in the whole.</param>
    /// <param name="sink">Receives ids and spans in the whole.</param>
    private protected abstract void EncodePart(ReadOnlyMemory<char> text, int origin, TokenSink sink);

    /// <summary>The bytes that a token adds in the middle of a text.</summary>
    private protected abstract byte[] MakeBytes(int id);

    /// <summary>Appends the tokens of pieces, with spans in the text that they stem from.</summary>
    private protected static void Tokenize(TokenModel model, PieceList pieces, TokenSink sink)
    {
        foreach (TextRange range in pieces.Ranges)
        {
            sink.Cancellation.ThrowIfCancellationRequested();
            int first = sink.Spans.Count;
            model.Tokenize(pieces.Text.Text[range.Begin..range.End], pieces.AsBytes, sink);
            for (int i = first; i < sink.Spans.Count; i++)
            {
                (int begin, int end) = sink.Spans[i];
                sink.Spans[i] = pieces.Text.SourceOf(range.Begin + begin, range.Begin + end);
            }
        }
    }

    private protected bool Contains(int id) => (uint)id < (uint)Vocabulary.Tokens.Length;

    private void Encode(string text, EncodeOptions options, EncodingBuilder builder, int? before)
    {
        if (options.AddSpecial && before is int first) builder.Add(first, Vocabulary.Tokens[first], 0, 0);
        text = WellFormed(text);
        var positions = new CodePointPositions(text);
        foreach (TextPart part in _cutter.Cut(text, options))
        {
            if (part.Id == ByteTrie.None)
            {
                var sink = new TokenSink(idsOnly: false) { Cancellation = options.Cancellation };
                EncodePart(text.AsMemory(part.Begin, part.End - part.Begin), part.Begin, sink);
                for (int i = 0; i < sink.Ids.Count; i++)
                {
                    (int begin, int end) = sink.Spans[i];
                    builder.Add(sink.Ids[i], Vocabulary.Tokens[sink.Ids[i]], positions[begin], positions[end]);
                }
            }
            else
            {
                builder.Add(part.Id, Vocabulary.Tokens[part.Id], positions[part.Begin], positions[part.End]);
            }
        }

        if (options.AddSpecial && Behind is int last) builder.Add(last, Vocabulary.Tokens[last], 0, 0);
    }

    /// <summary>The text with U+FFFD for each surrogate that has no partner.</summary>
    private static string WellFormed(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0) return text;
        return string.Create(text.Length, text, static (chars, original) =>
        {
            original.CopyTo(chars);
            for (int i = 0; i < chars.Length; i++)
            {
                if (!char.IsSurrogate(chars[i])) continue;
                if (i + 1 < chars.Length && char.IsSurrogatePair(chars[i], chars[i + 1])) i++;
                else chars[i] = '\uFFFD';
            }
        });
    }
}
