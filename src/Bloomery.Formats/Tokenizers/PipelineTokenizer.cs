using Bloomery.Formats.Tokenizers.Decoders;

namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// A tokenizer put together from parts, in the order of the reference library: cut out added tokens, normalise what lies between, cut out
/// those that match normalised text, pre-tokenise, model, post-process.
/// </summary>
internal sealed partial class PipelineTokenizer : Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenFinder? _rawFinder, _normalizedFinder;
    private readonly Dictionary<string, int> _addedIds = new(StringComparer.Ordinal);
    private readonly string?[] _spellings;
    private readonly string?[] _decodable;
    private readonly bool[] _special, _skipped;
    private readonly int[]? _before, _behind;
    private readonly byte[]?[] _bytes;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="parts">Its parts; ids of added tokens that are far beyond the vocabulary have to be refused before.</param>
    public PipelineTokenizer(TokenizerParts parts)
    {
        _parts = parts;
        int size = parts.Model.Vocabulary.Size;
        foreach (AddedToken token in parts.AddedTokens) size = Math.Max(size, token.Id + 1);
        VocabularySize = size;
        (_spellings, _decodable, _bytes) = (new string?[size], new string?[size], new byte[]?[size]);
        (_special, _skipped) = (new bool[size], new bool[size]);
        for (int id = 0; id < size; id++) _spellings[id] = _decodable[id] = parts.Model.Vocabulary[id];

        var raw = new List<(string, AddedToken)>();
        var normalized = new List<(string, AddedToken)>();
        var specials = new HashSet<string>(StringComparer.Ordinal);
        foreach (AddedToken token in parts.AddedTokens)
        {
            string spelling = token.Normalized ? Normalize(token.Content) : token.Content;
            (token.Normalized ? normalized : raw).Add((spelling, token));
            _addedIds[token.Content] = token.Id;
            (_spellings[token.Id], _decodable[token.Id]) = (token.Content, spelling);
            _special[token.Id] |= token.Special;
            if (token.Special) specials.Add(token.Content);
        }
        if (raw.Count > 0) _rawFinder = new AddedTokenFinder(raw);
        if (normalized.Count > 0) _normalizedFinder = new AddedTokenFinder(normalized);
        for (int id = 0; id < size; id++) _skipped[id] = _decodable[id] is { } text && specials.Contains(text);
        (_before, _behind) = FindFrame();
        Roles = new SpecialTokenIds { Unknown = parts.Model.UnknownId };
    }

    private PipelineTokenizer(PipelineTokenizer other)
    {
        (_parts, _rawFinder, _normalizedFinder, _addedIds) = (other._parts, other._rawFinder, other._normalizedFinder, other._addedIds);
        (_spellings, _decodable, _special, _skipped) = (other._spellings, other._decodable, other._special, other._skipped);
        (_before, _behind, _bytes, VocabularySize) = (other._before, other._behind, other._bytes, other.VocabularySize);
    }

    /// <summary>The same with the tokens that the files beside it name.</summary>
    public PipelineTokenizer WithTokens(StatedTokens stated) =>
        AddedTokenMerging.Merge(_parts.AddedTokens, _parts.Model.Vocabulary, stated) is { } merged ? new(_parts with { AddedTokens = merged }) : this;

    /// <summary>The same tokenizer with other roles.</summary>
    public PipelineTokenizer WithRoles(SpecialTokenIds roles) => new(this) { Roles = roles };

    /// <inheritdoc/>
    public override int VocabularySize { get; }

    /// <summary>The parts.</summary>
    public TokenizerParts Parts => _parts;

    /// <inheritdoc/>
    public override int? TokenToId(string token) =>
        _addedIds.TryGetValue(token, out int id) || (id = _parts.Model.Vocabulary.IdOf(token)) >= 0 ? id : null;

    /// <inheritdoc/>
    public override string? IdToToken(int id) => (uint)id < (uint)_spellings.Length ? _spellings[id] : null;

    /// <inheritdoc/>
    public override bool IsSpecial(int id) => (uint)id < (uint)_special.Length && _special[id];

    /// <inheritdoc/>
    public override StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false) => new PipelineDecoder(this, skipSpecial, eager: false);

    /// <inheritdoc/>
    public override string[] DecodePieces(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        // Knowing the whole, the bytes of a character need not wait for the end of their run unless something in it is invalid.
        string[] pieces = DecodePieces(new PipelineDecoder(this, skipSpecial, eager: true), ids);
        return string.Concat(pieces) == Decode(ids, skipSpecial) ? pieces : base.DecodePieces(ids, skipSpecial);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id)
    {
        if ((uint)id >= (uint)_bytes.Length || _special[id] || _decodable[id] is null) return [];
        return _bytes[id] ??= FindBytes(id);
    }

    internal DecodeStage StartDecoding(DecodeStage sink) => _parts.Decoder?.Start(sink) ?? new SpaceJoinStage(sink);

    internal string? Decodable(int id, bool skipSpecial) =>
        (uint)id < (uint)_decodable.Length && !(skipSpecial && _skipped[id]) ? _decodable[id] : null;

    private static string[] DecodePieces(StreamingDecoder decoder, ReadOnlySpan<int> ids)
    {
        var pieces = new string[ids.Length];
        for (int i = 0; i < ids.Length; i++) pieces[i] = decoder.Push(ids[i]);
        if (pieces.Length > 0) pieces[^1] += decoder.Finish();
        return pieces;
    }

    // What the token adds behind some other text. Bytes of byte-level tokens need not be text by themselves.
    private byte[] FindBytes(int id)
    {
        string token = _decodable[id]!;
        var probe = new TextSink();
        DecodeStage stage = StartDecoding(probe);
        if (DecodesBytes(_parts.Decoder)) return ByteAlphabet.Bytes(token);
        if (DecodesFallback(_parts.Decoder) && ByteFallbackDecoder.ByteOf(token) is >= 0 and int value) return [(byte)value];
        Feed(token == "a" ? "b" : "a");
        int before = probe.Gathered.Length;
        Feed(token);
        stage.Finish();
        return System.Text.Encoding.UTF8.GetBytes(probe.Gathered.ToString(before, probe.Gathered.Length - before));

        void Feed(string text)
        {
            stage.Text(text);
            stage.EndToken();
        }
    }

    private static bool DecodesBytes(TokenDecoder? decoder) =>
        decoder is ByteLevelDecoder || (decoder is SequenceDecoder sequence && sequence.Parts.Any(DecodesBytes));

    private static bool DecodesFallback(TokenDecoder? decoder) =>
        decoder is ByteFallbackDecoder || (decoder is SequenceDecoder sequence && sequence.Parts.Any(DecodesFallback));
}
