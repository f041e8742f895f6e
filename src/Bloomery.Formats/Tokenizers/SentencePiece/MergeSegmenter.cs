using System.Buffers;
using System.Runtime.InteropServices;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Byte-pair encoding as SentencePiece does it: of all neighbours whose concatenation is a piece, those with the highest score merge
/// first, leftmost on ties; user-defined symbols stay whole. Time is n log n, whatever the text.
/// </summary>
internal sealed class MergeSegmenter : PieceSegmenter
{
    private readonly PieceVocabulary _vocabulary;
    private readonly ByteTrie? _symbols;
    private readonly SegmentationCache? _words;

    /// <param name="vocabulary">The pieces.</param>
    /// <param name="matchUserSymbols">Whether user-defined pieces are found before anything is merged.</param>
    public MergeSegmenter(PieceVocabulary vocabulary, bool matchUserSymbols)
    {
        _vocabulary = vocabulary;
        _symbols = matchUserSymbols && vocabulary.UserSymbols.Any ? vocabulary.UserSymbols : null;

        // Words are independent where no piece reaches across their boundary; unused pieces are undone by what the whole text merged.
        if (vocabulary.AllWordShaped && !vocabulary.HasUnused) _words = new SegmentationCache();
    }

    public override void Segment(ReadOnlySpan<byte> text, List<PieceSpan> pieces)
    {
        if (_words is null)
        {
            Merge(text, pieces);
            return;
        }

        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> word = text[..WordLength(text)];
            if (_words.TryGet(word, out ReadOnlySpan<PieceSpan> known))
            {
                pieces.AddRange(known);
            }
            else
            {
                int first = pieces.Count;
                Merge(word, pieces);
                _words.Add(word, CollectionsMarshal.AsSpan(pieces)[first..]);
            }

            text = text[word.Length..];
        }
    }

    /// <summary>Up to the next <c>▁</c> that follows something else.</summary>
    private static int WordLength(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> space = SentencePieceNormalizer.Space;
        int start = 0;
        while (text[start..].StartsWith(space)) start += space.Length;
        int length = text[start..].IndexOf(space);
        return length < 0 ? text.Length : start + length;
    }

    private void Merge(ReadOnlySpan<byte> text, List<PieceSpan> pieces)
    {
        Symbol[] rented = ArrayPool<Symbol>.Shared.Rent(text.Length);
        try
        {
            var merging = new Merging(_vocabulary, text, rented);
            merging.Split(_symbols);
            merging.Run();
            merging.Take(pieces);
        }
        finally
        {
            ArrayPool<Symbol>.Shared.Return(rented);
        }
    }

    /// <summary>A part of the text that is one symbol so far, in a doubly linked list; of length 0 once it is merged away.</summary>
    private struct Symbol
    {
        public int Start, Length, Previous, Next;
        public int Node;        // in the trie of pieces; None: neither this nor anything that begins with it is a piece
        public bool Frozen;
    }

    /// <summary>The state of merging one text.</summary>
    private readonly ref struct Merging(PieceVocabulary vocabulary, ReadOnlySpan<byte> text, Symbol[] symbols)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private readonly PriorityQueue<int, ulong> _candidates = new();     // the length after merging; Priority(score, left)
        private readonly Dictionary<int, int>? _unused = vocabulary.HasUnused ? [] : null;    // piece -> length of its left half

        public void Split(ByteTrie? userSymbols)
        {
            int count = 0;
            for (int start = 0; start < _text.Length; count++)
            {
                int length = userSymbols?.LongestPrefix(_text[start..], out _) ?? 0;
                bool frozen = length > 0;
                if (!frozen) length = Math.Min(CharacterLength(_text[start]), _text.Length - start);
                symbols[count] = new Symbol
                {
                    Start = start,
                    Length = length,
                    Previous = count - 1,
                    Next = count + 1,
                    Node = vocabulary.Pieces.Walk(ByteTrie.Root, _text.Slice(start, length)),
                    Frozen = frozen,
                };
                start += length;
            }

            if (count > 0) symbols[count - 1].Next = -1;
            for (int i = 0; i < count - 1; i++) Offer(i);
        }

        public void Run()
        {
            while (_candidates.TryDequeue(out int length, out ulong priority))
            {
                int index = (int)(uint)priority;
                ref Symbol left = ref symbols[index];
                if (left.Length == 0 || left.Next < 0) continue;
                ref Symbol right = ref symbols[left.Next];
                if (left.Length + right.Length != length) continue;        // one of the two has changed since

                left.Node = vocabulary.Pieces.Walk(left.Node, _text.Slice(right.Start, right.Length));
                left.Length = length;
                left.Next = right.Next;
                right.Length = 0;
                if (left.Next >= 0) symbols[left.Next].Previous = index;
                Offer(left.Previous);
                Offer(index);
            }
        }

        public void Take(List<PieceSpan> pieces)
        {
            if (_text.IsEmpty) return;
            for (int i = 0; i >= 0; i = symbols[i].Next)
            {
                ref Symbol symbol = ref symbols[i];
                int id = symbol.Node == ByteTrie.None ? ByteTrie.None : vocabulary.Pieces.Value(symbol.Node);
                if (_unused is not null && _unused.ContainsKey(id))
                {
                    TakeApart(symbol.Start, symbol.Length, pieces);
                }
                else
                {
                    pieces.Add(new PieceSpan(id, symbol.Length));
                }
            }
        }

        /// <summary>Considers the symbol and the one behind it.</summary>
        private void Offer(int index)
        {
            if (index < 0) return;
            ref Symbol left = ref symbols[index];
            if (left.Node == ByteTrie.None || left.Frozen || left.Next < 0) return;
            ref Symbol right = ref symbols[left.Next];
            if (right.Frozen) return;
            int node = vocabulary.Pieces.Walk(left.Node, _text.Slice(right.Start, right.Length));
            int id = node == ByteTrie.None ? ByteTrie.None : vocabulary.Pieces.Value(node);
            if (id == ByteTrie.None) return;
            _candidates.Enqueue(left.Length + right.Length, Priority(vocabulary.Scores[id], index));
            if (_unused is not null && vocabulary.Types[id] == PieceType.Unused) _unused[id] = left.Length;
        }

        // Pieces that must not be produced give way to the two halves that they were last made of.
        private void TakeApart(int start, int length, List<PieceSpan> pieces)
        {
            var stack = new Stack<(int Start, int Length)>();
            stack.Push((start, length));
            while (stack.TryPop(out (int Start, int Length) part))
            {
                int id = vocabulary.Pieces.Find(_text.Slice(part.Start, part.Length));
                if (_unused!.TryGetValue(id, out int half))
                {
                    stack.Push((part.Start + half, part.Length - half));
                    stack.Push((part.Start, half));
                }
                else
                {
                    pieces.Add(new PieceSpan(id, part.Length));
                }
            }
        }

        /// <summary>Smaller for higher scores, then for places further to the left.</summary>
        private static ulong Priority(float score, int left)
        {
            uint bits = BitConverter.SingleToUInt32Bits(score + 0f);       // -0 and 0 are one score
            uint ascending = (int)bits < 0 ? ~bits : bits | 0x80000000;
            return ((ulong)~ascending << 32) | (uint)left;
        }
    }
}
