using System.Buffers;
using Bloomery.Formats.Tokenizers.SentencePiece;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Models;

/// <summary>
/// Unigram (Kudo 2018, arXiv 1804.10959): the path with the best sum of scores, in f64; only a strictly better path replaces one that
/// was found from an earlier start. Consecutive unknown characters are one token.
/// </summary>
[Key("Unigram")]
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;
    private readonly ByteTrie _trie = new();
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly int[]? _byteTokens;
    private readonly WordCache _cache = new();

    /// <summary>Makes a model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="scores">A score per id.</param>
    /// <param name="unknownId">The token for what cannot be spelled; without it that is dropped.</param>
    /// <param name="byteFallback">Whether unknown text is spelled with <c>&lt;0xXX&gt;</c> tokens, if all are there.</param>
    public UnigramModel(Vocabulary vocabulary, double[] scores, int? unknownId, bool byteFallback)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, vocabulary.Size, nameof(scores));
        (Vocabulary, _scores, UnknownId, _unknown) = (vocabulary, scores, unknownId, unknownId ?? -1);
        double lowest = double.PositiveInfinity;
        foreach (double score in scores) lowest = Math.Min(lowest, score);
        _unknownScore = lowest - UnknownPenalty;
        for (int id = 0; id < vocabulary.Size; id++)
            if (vocabulary[id] is { Length: > 0 } token && vocabulary.IdOf(token) == id) _trie.TryAdd(System.Text.Encoding.UTF8.GetBytes(token), id);
        if (!byteFallback) return;
        _byteTokens = new int[256];
        for (int b = 0; b < 256; b++) _byteTokens[b] = vocabulary.IdOf($"<0x{b:X2}>");
    }

    /// <inheritdoc/>
    public override Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public override int? UnknownId { get; }

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, bool asBytes, TokenSink sink)
    {
        bool cached = piece.Length <= WordCache.MaxLength;
        uint hash = cached ? WordCache.Hash(piece) : 0;
        if (cached && _cache.TryGet(piece, hash, out WordCache.Entry entry))
        {
            Emit(piece, entry.Ids, entry.Lengths, sink);
            return;
        }
        int size = System.Text.Encoding.UTF8.GetByteCount(piece);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(size);
        Ending[] endings = ArrayPool<Ending>.Shared.Rent(size + 1);
        try
        {
            System.Text.Encoding.UTF8.GetBytes(piece, utf8);
            FindPaths(utf8.AsSpan(0, size), endings.AsSpan(0, size + 1));
            (List<int> ids, List<int> lengths) = BestPath(utf8.AsSpan(0, size), endings);
            ReadOnlySpan<int> idSpan = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids);
            ReadOnlySpan<int> lengthSpan = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(lengths);
            if (cached) _cache.Add(piece, hash, idSpan, lengthSpan);
            Emit(piece, idSpan, lengthSpan, sink);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
            ArrayPool<Ending>.Shared.Return(endings);
        }
    }

    private void FindPaths(ReadOnlySpan<byte> text, Span<Ending> endings)
    {
        endings.Fill(new Ending(-1, -1, 0));
        for (int start = 0; start < text.Length;)
        {
            double before = endings[start].Score;
            System.Text.Rune.DecodeFromUtf8(text[start..], out _, out int character);
            bool characterIsKnown = false;
            int node = ByteTrie.Root;
            for (int end = start; end < text.Length;)
            {
                node = _trie.Next(node, text[end++]);
                if (node == ByteTrie.None) break;
                int id = _trie.Value(node);
                if (id == ByteTrie.None) continue;
                Offer(ref endings[end], start, id, before + _scores[id]);
                characterIsKnown |= end - start == character;
            }
            if (!characterIsKnown) Offer(ref endings[start + character], start, _unknown, before + _unknownScore);
            start += character;
        }
    }

    private static void Offer(ref Ending ending, int start, int id, double score)
    {
        if (ending.Start < 0 || score > ending.Score) ending = new Ending(start, id, score);
    }

    // Lengths are in bytes, negative for the parts of text that stay unknown.
    private (List<int> Ids, List<int> Lengths) BestPath(ReadOnlySpan<byte> text, ReadOnlySpan<Ending> endings)
    {
        var ids = new List<int>();
        var lengths = new List<int>();
        for (int end = text.Length; end > 0;)
        {
            Ending last = endings[end];
            int start = last.Start;
            if (last.Id == _unknown)
            {
                while (start > 0 && endings[start].Id == _unknown) start = endings[start].Start;
                AddUnknown(text[start..end], ids, lengths);
            }
            else
            {
                ids.Add(last.Id);
                lengths.Add(end - start);
            }
            end = start;
        }
        ids.Reverse();
        lengths.Reverse();
        return (ids, lengths);
    }

    private void AddUnknown(ReadOnlySpan<byte> text, List<int> ids, List<int> lengths)
    {
        int whole = _trie.Find(text);
        bool spelled = whole < 0 && _byteTokens is not null;
        foreach (byte b in spelled ? text : []) spelled &= _byteTokens![b] >= 0;
        if (!spelled)
        {
            ids.Add(whole >= 0 ? whole : _unknown);
            lengths.Add(-text.Length);
            return;
        }
        // Backwards, as the path is. Each token spans the whole: the last one read carries the length.
        for (int i = text.Length - 1; i >= 0; i--)
        {
            ids.Add(_byteTokens![text[i]]);
            lengths.Add(i == text.Length - 1 ? text.Length : 0);
        }
    }

    private static void Emit(ReadOnlySpan<char> piece, ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, TokenSink sink)
    {
        int begin = 0;
        for (int t = 0; t < ids.Length;)
        {
            int last = t;
            while (lengths[last] == 0) last++;
            int bytes = Math.Abs(lengths[last]), end = begin;
            while (bytes > 0)
            {
                System.Text.Rune.DecodeFromUtf16(piece[end..], out System.Text.Rune rune, out int units);
                bytes -= rune.Utf8SequenceLength;
                end += units;
            }
            string? text = lengths[last] < 0 && !sink.IdsOnly ? piece[begin..end].ToString() : null;
            for (; t <= last; t++)
                if (ids[t] >= 0) sink.Add(ids[t], begin, end, text);
            begin = end;
        }
    }

    /// <summary>The best path that ends at a place: where its last token starts, which one it is, the sum of scores.</summary>
    private readonly record struct Ending(int Start, int Id, double Score);
}
