namespace Bloomery.Numerics.Kernels.Portable;

/// <summary>The run of a page's slots outside of which no row of a tile sees a key.</summary>
internal readonly struct VisibleSlots
{
    private readonly long _oldest, _newest;

    /// <param name="tile">The rows.</param>
    /// <param name="positions">(slots) the page's positions.</param>
    /// <param name="lanes">The run begins at a multiple of it: a slot keeps its lane whatever the other rows see, and so each row its order of sums.</param>
    public VisibleSlots(in AttentionTile tile, ReadOnlySpan<int> positions, int lanes)
    {
        int firstQuery = int.MaxValue, lastQuery = int.MinValue;
        foreach (int position in tile.Positions) (firstQuery, lastQuery) = (Math.Min(firstQuery, position), Math.Max(lastQuery, position));
        Origin = firstQuery;
        (_oldest, _newest) = ((long)firstQuery - tile.Before, (long)lastQuery + tile.After);
        long seenByAllFrom = (long)lastQuery - tile.Before, seenByAllTo = (long)firstQuery + tile.After;
        int begin = positions.Length, end = 0;
        All = true;
        for (int slot = 0; slot < positions.Length; slot++)
        {
            if (!Sees(positions[slot])) continue;
            begin = Math.Min(begin, slot);
            end = slot + 1;
        }
        begin = Math.Min(begin, positions.Length) / lanes * lanes;
        for (int slot = begin; slot < end; slot++) All &= positions[slot] > seenByAllFrom && positions[slot] < seenByAllTo;
        (First, Count) = (begin, Math.Max(0, end - begin));
    }

    /// <summary>The first slot that some row sees, or one a few before it.</summary>
    public int First { get; }

    /// <summary>Slots from there to the last one that some row sees.</summary>
    public int Count { get; }

    /// <summary>Whether every row sees all of them.</summary>
    public bool All { get; }

    /// <summary>Positions are taken relative to this one, so that floats hold the differences exactly.</summary>
    public int Origin { get; }

    /// <summary>Whether some row may see a key at <paramref name="position"/>.</summary>
    public bool Sees(int position) => position > _oldest && position < _newest;
}
