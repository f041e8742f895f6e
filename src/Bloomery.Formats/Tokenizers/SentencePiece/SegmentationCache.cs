namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Remembers how words were cut. Its size is fixed: a word that meets another in its slot takes it over. Slots are replaced whole,
/// so any number of threads may read and write without a lock.
/// </summary>
internal sealed class SegmentationCache
{
    private const int Slots = 1 << 14;
    private const int MaxWordBytes = 48;

    private readonly Entry?[] _slots = new Entry?[Slots];

    /// <summary>The pieces of <paramref name="word"/>, if remembered.</summary>
    public bool TryGet(ReadOnlySpan<byte> word, out ReadOnlySpan<PieceSpan> pieces)
    {
        Entry? entry = word.Length <= MaxWordBytes ? Volatile.Read(ref _slots[Slot(word)]) : null;
        if (entry is not null && word.SequenceEqual(entry.Word))
        {
            pieces = entry.Pieces;
            return true;
        }

        pieces = default;
        return false;
    }

    /// <summary>Remembers the pieces of <paramref name="word"/>.</summary>
    public void Add(ReadOnlySpan<byte> word, ReadOnlySpan<PieceSpan> pieces)
    {
        if (word.Length <= MaxWordBytes) Volatile.Write(ref _slots[Slot(word)], new Entry(word.ToArray(), pieces.ToArray()));
    }

    private static int Slot(ReadOnlySpan<byte> word)
    {
        uint hash = 2166136261;
        foreach (byte b in word) hash = (hash ^ b) * 16777619;
        return (int)((hash ^ (hash >> 15)) & (Slots - 1));
    }

    private sealed record Entry(byte[] Word, PieceSpan[] Pieces);
}
