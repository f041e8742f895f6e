using System.Text;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>
/// Byte pair encoding (Sennrich et al. 2016, arXiv 1508.07909): a piece's characters, or its bytes as letters of
/// <see cref="ByteAlphabet"/>, merged by rank.
/// </summary>
[Key("BPE")]
internal sealed class BpeModel : TokenModel
{
    private const char WordMark = '\u2581';
    [ThreadStatic] private static BpeMerger? _merger;
    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly WordCache _cache = new();
    private readonly int[] _byteLetters = new int[256];
    private readonly int[] _byteTokens = new int[256];
    private readonly int[] _basic = new int[0x300];
    private readonly int _unknown;
    private readonly bool _plainParts;
    private readonly HashSet<char>? _beforeMark;

    /// <summary>Makes a model.</summary>
    /// <exception cref="ArgumentException">The unknown token is not in the vocabulary.</exception>
    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions? options = null)
    {
        (Vocabulary, _merges, _options) = (vocabulary, merges, options ?? new BpeOptions());
        _unknown = _options.UnknownToken is { } unknown ? vocabulary.IdOf(unknown) : -1;
        if (_options.UnknownToken is not null && _unknown < 0)
            throw new ArgumentException($"the unknown token '{_options.UnknownToken}' is not in the vocabulary", nameof(options));
        _plainParts = _options.ContinuingPrefix.Length == 0 && _options.EndSuffix.Length == 0;
        for (int b = 0; b < 256; b++)
        {
            _byteLetters[b] = vocabulary.IdOf([ByteAlphabet.CharOf((byte)b)]);
            _byteTokens[b] = _options.ByteFallback ? vocabulary.IdOf($"<0x{b:X2}>") : -1;
        }
        for (int c = 0; c < _basic.Length; c++) _basic[c] = vocabulary.IdOf([(char)c]);
        TakesBytes = _plainParts && Array.IndexOf(_byteLetters, -1) < 0;
        _beforeMark = FindCharactersBeforeMark();
    }

    /// <inheritdoc/>
    public override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public override int? UnknownId => _unknown < 0 ? null : _unknown;

    /// <inheritdoc/>
    public override bool TakesBytes { get; }

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, bool asBytes, TokenSink sink)
    {
        if (asBytes || _beforeMark is null)
        {
            TokenizeWord(piece, 0, asBytes, sink);
            return;
        }
        int begin = 0;
        for (int i = 1; i < piece.Length; i++)
        {
            if (piece[i] != WordMark || piece[i - 1] == WordMark || _beforeMark.Contains(piece[i - 1])) continue;
            TokenizeWord(piece[begin..i], begin, false, sink);
            begin = i;
        }
        TokenizeWord(piece[begin..], begin, false, sink);
    }

    private void TokenizeWord(ReadOnlySpan<char> word, int offset, bool asBytes, TokenSink sink)
    {
        bool cached = word.Length <= WordCache.MaxLength;
        uint hash = cached ? WordCache.Hash(word) ^ (asBytes ? 0x5BD1E995u : 0) : 0;
        if (cached && _cache.TryGet(word, hash, out WordCache.Entry entry))
        {
            sink.AddBytes(word, offset, entry.Ids, entry.Lengths);
            return;
        }
        BpeMerger merger = _merger ??= new BpeMerger();
        merger.Clear();
        if (!_options.IgnoreMerges || !TryWhole(word, asBytes, merger))
        {
            if (asBytes) SpellBytes(word, merger);
            else SpellCharacters(word, merger);
            merger.Merge(_merges);
        }
        if (cached) _cache.Add(word, hash, merger.Ids, merger.Lengths);
        sink.AddBytes(word, offset, merger.Ids, merger.Lengths);
    }

    private bool TryWhole(ReadOnlySpan<char> word, bool asBytes, BpeMerger merger)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(word);
        if (length > 1024) return false;
        int id;
        if (asBytes)
        {
            Span<byte> utf8 = stackalloc byte[length];
            Span<char> letters = stackalloc char[length];
            System.Text.Encoding.UTF8.GetBytes(word, utf8);
            for (int i = 0; i < length; i++) letters[i] = ByteAlphabet.CharOf(utf8[i]);
            id = Vocabulary.IdOf(letters);
        }
        else
        {
            id = Vocabulary.IdOf(word);
        }
        if (id >= 0) merger.Add(id, length);
        return id >= 0;
    }

    private void SpellBytes(ReadOnlySpan<char> word, BpeMerger merger)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in word.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                merger.Add(_byteLetters[rune.Value], 1);
                continue;
            }
            int bytes = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < bytes; i++) merger.Add(_byteLetters[utf8[i]], 1);
        }
    }

    private void SpellCharacters(ReadOnlySpan<char> word, BpeMerger merger)
    {
        int unknownLength = 0;
        for (int i = 0; i < word.Length;)
        {
            Rune.DecodeFromUtf16(word[i..], out Rune rune, out int units);
            ReadOnlySpan<char> part = word.Slice(i, units);
            bool first = i == 0, last = i + units == word.Length;
            int id = IdOfPart(part, first, last);
            i += units;
            if (id >= 0)
            {
                if (unknownLength > 0) merger.Add(_unknown, unknownLength);
                unknownLength = 0;
                merger.Add(id, rune.Utf8SequenceLength);
            }
            // As in the reference, a pending unknown comes after the byte tokens that follow it.
            else if (!TryByteTokens(part, first, last, merger) && _unknown >= 0)
            {
                if (unknownLength > 0 && !_options.FuseUnknown)
                {
                    merger.Add(_unknown, unknownLength);
                    unknownLength = 0;
                }
                unknownLength += rune.Utf8SequenceLength;
            }
        }
        if (unknownLength > 0) merger.Add(_unknown, unknownLength);
    }

    private int IdOfPart(ReadOnlySpan<char> part, bool first, bool last)
    {
        if (_plainParts) return part[0] < _basic.Length ? _basic[part[0]] : Vocabulary.IdOf(part);
        return Vocabulary.IdOf(Spelling(part, first, last));
    }

    private string Spelling(ReadOnlySpan<char> part, bool first, bool last) =>
        string.Concat(first ? "" : _options.ContinuingPrefix, part, last ? _options.EndSuffix : "");

    // As in the reference, prefix and suffix are spelled as bytes too, and each counts as a byte of the text.
    private bool TryByteTokens(ReadOnlySpan<char> part, bool first, bool last, BpeMerger merger)
    {
        if (!_options.ByteFallback) return false;
        Span<byte> one = stackalloc byte[4];
        ReadOnlySpan<byte> utf8 = _plainParts
            ? one[..System.Text.Encoding.UTF8.GetBytes(part, one)]
            : System.Text.Encoding.UTF8.GetBytes(Spelling(part, first, last));
        foreach (byte b in utf8)
            if (_byteTokens[b] < 0) return false;
        foreach (byte b in utf8) merger.Add(_byteTokens[b], 1);
        return true;
    }

    // Vocabularies made for whole sentences mark words with a leading mark. Where no token holds "x▁", a cut between x and ▁ changes
    // nothing, and makes words that the cache knows. Null: no cutting at all.
    private HashSet<char>? FindCharactersBeforeMark()
    {
        bool drops = _unknown < 0 && Array.IndexOf(_byteTokens, -1) >= 0;
        if (_options.IgnoreMerges || !_plainParts || drops || Vocabulary.IdOf([WordMark]) < 0) return null;
        var found = new HashSet<char>();
        foreach (int id in _merges.Results)
        {
            ReadOnlySpan<char> token = Vocabulary[id];
            for (int i = token.Length - 1; i > 0; i--)
                if (token[i] == WordMark && token[i - 1] != WordMark) found.Add(token[i - 1]);
        }
        foreach (int id in _merges.Lefts)
            if (id == _unknown || Array.IndexOf(_byteTokens, id) >= 0) return null;
        return found;
    }
}
