namespace Bloomery.Models.Weights;

/// <summary>
/// Which rows of a stored tensor make a weight, and in which order: a fused projection is taken apart this way while it is loaded, a permuted one put in
/// order. A rule, not a list, so that a hostile size costs nothing.
/// </summary>
/// <param name="Start">The first row.</param>
/// <param name="Groups">How many equal groups the tensor has.</param>
/// <param name="Stride">Rows of a group.</param>
/// <param name="Count">Rows taken from each group.</param>
/// <param name="Paired">Within a group even rows come first, then odd ones.</param>
internal readonly record struct RowSelection(int Start, int Groups, int Stride, int Count, bool Paired = false)
{
    /// <summary>Number of rows taken.</summary>
    public long Length => (long)Groups * Count;

    /// <summary>The last stored row that is needed, -1 where none is.</summary>
    public long Last => Length == 0 ? -1 : Start + (Groups - 1L) * Stride + Count - 1;

    /// <summary>The stored row that becomes row <paramref name="index"/>.</summary>
    public long this[long index]
    {
        get
        {
            (long group, long row) = Math.DivRem(index, Count);
            if (Paired) row = row < Count / 2 ? 2 * row : 2 * (row - Count / 2) + 1;
            return Start + group * Stride + row;
        }
    }

    /// <summary>Consecutive rows.</summary>
    public static RowSelection Range(int start, int count) => new(start, 1, count, count);

    /// <summary>
    /// From each of <paramref name="groups"/> groups of <paramref name="stride"/> rows, the <paramref name="count"/> rows that begin at
    /// <paramref name="start"/>.
    /// </summary>
    public static RowSelection PerGroup(int groups, int stride, int start, int count) => new(start, groups, stride, count);

    /// <summary>
    /// Undoes the order in which llama-style GGUF files store query and key rows (pairs side by side), so that element j turns with j + headDim / 2.
    /// </summary>
    public static RowSelection FromPairs(int heads, int headDim) => new(0, heads, headDim, headDim, Paired: true);
}
