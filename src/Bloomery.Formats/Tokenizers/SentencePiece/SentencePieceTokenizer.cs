namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// A SentencePiece vocabulary in use (formats.md, Tokenizers): Unigram or BPE over normalised text. Reads <c>.model</c> files; GGUF
/// vocabularies of the kinds <c>llama</c> and <c>t5</c> are the same thing stored otherwise.
/// </summary>
internal sealed class SentencePieceTokenizer : Tokenizer
{
    private const long MaxFileBytes = 1L << 29;

    private readonly SentencePieceNormalizer _normalizer;
    private readonly PieceSegmenter _segmenter;
    private readonly SymbolCutter _cutter;
    private readonly string?[] _texts;          // as they decode in the middle of a text; made when first wanted
    private readonly byte[]?[] _bytes;

    internal SentencePieceTokenizer(PieceVocabulary pieces, SentencePieceOptions options)
    {
        (Pieces, Options) = (pieces, options);
        _normalizer = new SentencePieceNormalizer(options, pieces);
        _segmenter = options.Unigram ? new UnigramSegmenter(pieces) : new MergeSegmenter(pieces, options.MatchUserSymbols);
        _cutter = new SymbolCutter(Symbols());
        _texts = new string?[pieces.Count];
        _bytes = new byte[pieces.Count][];
    }

    /// <summary>The pieces.</summary>
    internal PieceVocabulary Pieces { get; }

    /// <summary>How the pieces are used.</summary>
    internal SentencePieceOptions Options { get; }

    /// <inheritdoc/>
    public override int VocabularySize => Pieces.Count;

    /// <summary>Whether pieces are chosen by the best sum of scores (Unigram), not merged by score (BPE).</summary>
    public bool IsUnigram => Options.Unigram;

    /// <summary>Whether a text gets a space in front.</summary>
    public bool AddsSpace => Options.DummyPrefix;

    /// <summary>All pieces, by id.</summary>
    public IEnumerable<(string Text, float Score, PieceType Type)> ListPieces() =>
        Enumerable.Range(0, Pieces.Count).Select(id => (Pieces.Texts[id], Pieces.Scores[id], Pieces.Types[id]));

    /// <summary>Reads a <c>.model</c> file.</summary>
    /// <exception cref="ModelFormatException">It is not such a file.</exception>
    public static SentencePieceTokenizer Load(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxFileBytes) throw new ModelFormatException(path, null, null, $"{length} bytes, expected at most {MaxFileBytes}");
        byte[] data = File.ReadAllBytes(path);
        return ForeignContent.Describe(path, data) is { } other ? throw new ModelFormatException(path, null, null, other) : Parse(data, path);
    }

    /// <summary>Reads the content of a <c>.model</c> file.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="ModelFormatException">It is not such a file.</exception>
    public static SentencePieceTokenizer Parse(ReadOnlySpan<byte> data, string file)
    {
        SentencePieceFile content = SentencePieceFile.Parse(data, file);
        return new SentencePieceTokenizer(content.Vocabulary, content.Options) { Roles = content.Roles };
    }

    /// <summary>The same with a choice of what is added to a text where special tokens are.</summary>
    /// <param name="bos">Whether the begin token.</param>
    /// <param name="eos">Whether the end token.</param>
    public SentencePieceTokenizer Adding(bool bos, bool eos) =>
        new(Pieces, Options with { Bos = bos ? BosId : null, Eos = eos ? EosId : null }) { Roles = Roles };

    /// <summary>The same with the tokens that the files beside it name, which decide on begin and end.</summary>
    /// <param name="stated">What they name.</param>
    /// <param name="file">The file's path, for messages.</param>
    public SentencePieceTokenizer WithTokens(StatedTokens stated, string file)
    {
        PieceVocabulary pieces = PieceAdding.Add(Pieces, stated, file) ?? Pieces;
        bool WasControl(int id) => id < Pieces.Count && Pieces.Types[id] == PieceType.Control;
        HashSet<int> spelled = [.. Enumerable.Range(0, pieces.Count).Where(id => pieces.Types[id] == PieceType.Control && !WasControl(id))];
        return new SentencePieceTokenizer(pieces, Options with { Spelled = spelled })
        {
            Roles = Roles with
            {
                Bos = IdOf("bos_token") ?? Roles.Bos, Eos = IdOf("eos_token") ?? Roles.Eos,
                Unknown = Roles.Unknown ?? IdOf("unk_token"), Pad = IdOf("pad_token") ?? Roles.Pad,
            },
        };

        int? IdOf(string role) => stated.Named(role) is { } token ? pieces.IdOf(token) : null;
    }

    /// <inheritdoc/>
    public override Encoding Encode(string text, EncodeOptions options)
    {
        var builder = new EncodingBuilder([], idsOnly: false, options.Offsets);
        Encode(text, options, builder);
        return builder.ToEncoding();
    }

    /// <inheritdoc/>
    public override Encoding EncodePair(string first, string second, EncodeOptions options)
    {
        EncodeOptions plain = options with { PlainRanges = [] };
        var builder = new EncodingBuilder([], idsOnly: false, options.Offsets);
        Encode(first, plain, builder);
        builder.TypeId = 1;
        Encode(second, plain, builder);
        return builder.ToEncoding();
    }

    /// <inheritdoc/>
    public override void Encode(string text, EncodeOptions options, List<int> ids) =>
        Encode(text, options, new EncodingBuilder(ids, idsOnly: true, offsets: false));

    /// <summary>The text as the pieces see it: with <c>▁</c> for spaces.</summary>
    public string Normalize(string text) => System.Text.Encoding.UTF8.GetString(_normalizer.Normalize(text, withOrigins: false).Bytes);

    /// <inheritdoc/>
    public override StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false) => new SentencePieceDecoder(this, skipSpecial);

    /// <inheritdoc/>
    public override int? TokenToId(string token) => Pieces.IdOf(token);

    /// <inheritdoc/>
    public override string? IdToToken(int id) => Pieces.Contains(id) ? Pieces.Texts[id] : null;

    /// <inheritdoc/>
    public override bool IsSpecial(int id) => Pieces.Contains(id) && Pieces.Types[id] is PieceType.Control or PieceType.Unknown;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id)
    {
        if (!Pieces.Contains(id) || IsSpecial(id)) return [];
        return _bytes[id] ??= Pieces.Types[id] switch
        {
            PieceType.Byte => [Pieces.ByteOf(id)],
            PieceType.UserDefined when Options.SpellSymbols => System.Text.Encoding.UTF8.GetBytes(Pieces.Texts[id]),
            _ => System.Text.Encoding.UTF8.GetBytes(TextOf(id)),
        };
    }

    /// <summary>What a text piece decodes to in the middle of a text.</summary>
    internal string TextOf(int id) => _texts[id] ??= Pieces.Texts[id].Replace('\u2581', ' ');

    private void Encode(string text, EncodeOptions options, EncodingBuilder builder)
    {
        if (options.AddSpecial && Options.Bos is int bos) builder.Add(bos, Pieces.Texts[bos], 0, 0);
        int origin = 0;     // of the part, in code points
        foreach (TextPart part in _cutter.Cut(text, options))
        {
            int length = builder.WithOffsets ? CodePoints(text.AsSpan(part.Begin, part.End - part.Begin)) : 0;
            if (part.Id == ByteTrie.None)
            {
                EncodePlain(text.AsSpan(part.Begin, part.End - part.Begin), origin, builder, options.Cancellation);
            }
            else
            {
                builder.Add(part.Id, Pieces.Texts[part.Id], origin, origin + length);
            }

            origin += length;
        }

        if (options.AddSpecial && Options.Eos is int eos) builder.Add(eos, Pieces.Texts[eos], 0, 0);
    }

    private void EncodePlain(ReadOnlySpan<char> text, int origin, EncodingBuilder builder, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        NormalizedText normalized = _normalizer.Normalize(text, builder.WithOffsets);
        cancellation.ThrowIfCancellationRequested();
        var pieces = new List<PieceSpan>(normalized.Length / 3);
        _segmenter.Segment(normalized.Bytes, pieces);
        cancellation.ThrowIfCancellationRequested();

        int begin = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            int id = pieces[i].Id, end = begin + pieces[i].Length;
            if (id != ByteTrie.None)
            {
                Add(id, Pieces.Texts[id], begin, end);
            }
            else if (Options.ByteFallback)
            {
                for (int at = begin; at < end; at++)
                {
                    int byteId = Pieces.ByteIds![normalized.Bytes[at]];
                    Add(byteId, Pieces.Texts[byteId], begin, at == end - 1 ? end : begin);    // the last one stands for the character
                }
            }
            else if (Pieces.UnknownId is int unknown)
            {
                while (i + 1 < pieces.Count && pieces[i + 1].Id == ByteTrie.None) end += pieces[++i].Length;
                Add(unknown, builder.IdsOnly ? "" : System.Text.Encoding.UTF8.GetString(normalized.Bytes[begin..end]), begin, end);
            }

            begin = end;
        }

        void Add(int id, string piece, int from, int to)
        {
            bool offsets = builder.WithOffsets;
            builder.Add(id, piece, offsets ? origin + normalized.Origin(from) : 0, offsets ? origin + normalized.Origin(to) : 0);
        }
    }

    /// <summary>The pieces that are matched as text: those that steer the model, and the user's where they are cut out beforehand.</summary>
    private IEnumerable<(string Text, int Id, bool Special)> Symbols()
    {
        for (int id = 0; id < Pieces.Count; id++)
        {
            if (IsSpecial(id)) yield return (Pieces.Texts[id], id, true);
            else if (Pieces.Types[id] == PieceType.UserDefined && !Options.MatchUserSymbols) yield return (Pieces.Texts[id], id, false);
        }
    }

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i])) count--;
        }

        return count;
    }
}
