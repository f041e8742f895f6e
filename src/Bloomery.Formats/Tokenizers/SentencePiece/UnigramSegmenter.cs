using System.Buffers;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Unigram (Kudo 2018, arXiv 1804.10959) with the arithmetic of SentencePiece: the path with the best sum of scores, summed as f32
/// from the left; only a strictly better path replaces one found earlier. Time is linear in the text.
/// </summary>
internal sealed class UnigramSegmenter(PieceVocabulary vocabulary) : PieceSegmenter
{
    private const float UnknownPenalty = 10;

    private readonly float _unknownScore = vocabulary.LowestScore - UnknownPenalty;

    public override void Segment(ReadOnlySpan<byte> text, List<PieceSpan> pieces)
    {
        Ending[] rented = ArrayPool<Ending>.Shared.Rent(text.Length + 1);
        try
        {
            Span<Ending> endings = rented.AsSpan(0, text.Length + 1);
            endings.Fill(new Ending(ByteTrie.None, ByteTrie.None, 0));
            FindPaths(text, endings);
            TakeBest(endings, pieces);
        }
        finally
        {
            ArrayPool<Ending>.Shared.Return(rented);
        }
    }

    private void FindPaths(ReadOnlySpan<byte> text, Span<Ending> endings)
    {
        ByteTrie trie = vocabulary.Pieces;
        for (int start = 0; start < text.Length;)
        {
            float before = endings[start].Score;
            int characterLength = Math.Min(CharacterLength(text[start]), text.Length - start);
            bool characterIsKnown = false;
            int node = ByteTrie.Root;
            for (int end = start; end < text.Length;)
            {
                node = trie.Next(node, text[end++]);
                if (node == ByteTrie.None) break;
                int id = trie.Value(node);
                if (id == ByteTrie.None || vocabulary.Types[id] == PieceType.Unused) continue;
                Offer(ref endings[end], Score(id, end - start) + before, start, id);
                characterIsKnown |= end - start == characterLength;
            }

            if (!characterIsKnown) Offer(ref endings[start + characterLength], _unknownScore + before, start, ByteTrie.None);
            start += characterLength;
        }
    }

    // A user-defined symbol always wins.
    private float Score(int id, int length) =>
        vocabulary.Types[id] == PieceType.UserDefined ? (float)((length * vocabulary.HighestScore) - 0.1) : vocabulary.Scores[id];

    private static void Offer(ref Ending ending, float score, int start, int id)
    {
        if (ending.Start < 0 || score > ending.Score) ending = new Ending(start, id, score);
    }

    private static void TakeBest(ReadOnlySpan<Ending> endings, List<PieceSpan> pieces)
    {
        int first = pieces.Count;
        for (int end = endings.Length - 1; end > 0;)
        {
            Ending last = endings[end];
            pieces.Add(new PieceSpan(last.Id, end - last.Start));
            end = last.Start;
        }

        pieces.Reverse(first, pieces.Count - first);
    }

    /// <summary>The best path that ends at a place: where its last piece starts, which one it is, the sum of scores.</summary>
    private readonly record struct Ending(int Start, int Id, float Score);
}
