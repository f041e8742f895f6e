using System.Runtime.InteropServices;
using System.Text;
using Bloomery.Formats.Tokenizers.SentencePiece;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>WordPiece (BERT): the longest token first, again and again; a word with a part that is no token is one unknown.</summary>
[Key("WordPiece")]
internal sealed class WordPieceModel : TokenModel
{
    private readonly ByteTrie _trie = new();
    [ThreadStatic] private static List<int>? _ids;
    [ThreadStatic] private static List<int>? _lengths;
    private readonly WordCache _cache = new();
    private readonly int _start, _continuation;
    private readonly int _unknown, _maxCharacters;

    /// <summary>Makes a model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="unknownToken">The token for words that cannot be spelled.</param>
    /// <param name="continuingPrefix">What tokens inside a word begin with.</param>
    /// <param name="maxCharacters">Longer words are unknown.</param>
    /// <param name="firstPrefix">What tokens at the start of a word begin with (GGUF files: <c>▁</c>).</param>
    /// <exception cref="ArgumentException">The unknown token is not in the vocabulary.</exception>
    public WordPieceModel(Vocabulary vocabulary, string unknownToken = "[UNK]", string continuingPrefix = "##", int maxCharacters = 100,
        string firstPrefix = "")
    {
        (Vocabulary, _maxCharacters) = (vocabulary, maxCharacters);
        _unknown = vocabulary.IdOf(unknownToken);
        if (_unknown < 0) throw new ArgumentException($"the unknown token '{unknownToken}' is not in the vocabulary", nameof(unknownToken));
        for (int id = 0; id < vocabulary.Size; id++)
            if (vocabulary[id] is { Length: > 0 } token && vocabulary.IdOf(token) == id) _trie.TryAdd(System.Text.Encoding.UTF8.GetBytes(token), id);
        _start = _trie.Walk(ByteTrie.Root, System.Text.Encoding.UTF8.GetBytes(firstPrefix));
        _continuation = _trie.Walk(ByteTrie.Root, System.Text.Encoding.UTF8.GetBytes(continuingPrefix));
    }

    /// <inheritdoc/>
    public override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public override int? UnknownId => _unknown;

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, bool asBytes, TokenSink sink)
    {
        bool cached = piece.Length <= WordCache.MaxLength;
        uint hash = cached ? WordCache.Hash(piece) : 0;
        if (cached && _cache.TryGet(piece, hash, out WordCache.Entry entry))
        {
            Emit(entry.Ids, entry.Lengths, sink);
            return;
        }
        (List<int> ids, List<int> lengths) = (_ids ??= [], _lengths ??= []);
        ids.Clear();
        lengths.Clear();
        if (!IsShort(piece) || !TrySpell(piece, ids, lengths))
        {
            ids.Clear();
            lengths.Clear();
            ids.Add(_unknown);
            lengths.Add(piece.Length);
        }
        if (cached) _cache.Add(piece, hash, CollectionsMarshal.AsSpan(ids), CollectionsMarshal.AsSpan(lengths));
        Emit(CollectionsMarshal.AsSpan(ids), CollectionsMarshal.AsSpan(lengths), sink);
    }

    // Lengths are in UTF-16 units here.
    private static void Emit(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, TokenSink sink)
    {
        int begin = 0;
        for (int i = 0; i < ids.Length; begin += lengths[i++]) sink.Add(ids[i], begin, begin + lengths[i]);
    }

    private bool IsShort(ReadOnlySpan<char> piece)
    {
        if (piece.Length <= _maxCharacters) return true;
        int count = 0;
        foreach (Rune rune in piece.EnumerateRunes())
            if (++count > _maxCharacters) return false;
        return true;
    }

    private bool TrySpell(ReadOnlySpan<char> piece, List<int> ids, List<int> lengths)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (int begin = 0; begin < piece.Length;)
        {
            int node = begin == 0 ? _start : _continuation;
            int id = -1, end = begin;
            for (int at = begin; at < piece.Length && node != ByteTrie.None;)
            {
                Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int units);
                node = _trie.Walk(node, utf8[..rune.EncodeToUtf8(utf8)]);
                at += units;
                if (node != ByteTrie.None && _trie.Value(node) is >= 0 and int value) (id, end) = (value, at);
            }
            if (id < 0) return false;
            ids.Add(id);
            lengths.Add(end - begin);
            begin = end;
        }
        return true;
    }
}
