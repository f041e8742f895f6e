namespace Bloomery.Models.Weights;

/// <summary>Which rows of a stored tensor make a weight, and in which order. A fused projection is taken apart this way while it is loaded; a permuted one is put in order.</summary>
public static class RowSelection
{
    /// <summary>Consecutive rows.</summary>
    public static int[] Range(int start, int count) => [.. Enumerable.Range(start, count)];

    /// <summary>From each of <paramref name="groups"/> groups of <paramref name="stride"/> rows, the <paramref name="count"/> rows that begin at <paramref name="start"/>.</summary>
    public static int[] PerGroup(int groups, int stride, int start, int count)
    {
        int[] rows = new int[checked(groups * count)];
        for (int g = 0, i = 0; g < groups; g++)
            for (int r = 0; r < count; r++) rows[i++] = g * stride + start + r;
        return rows;
    }

    /// <summary>Undoes the order in which llama-style GGUF files store query and key rows (pairs side by side), so that element j turns with j + headDim / 2.</summary>
    public static int[] FromPairs(int heads, int headDim)
    {
        int[] rows = new int[checked(heads * headDim)];
        for (int h = 0; h < heads; h++)
            for (int r = 0; r < headDim; r++)
                rows[h * headDim + r] = h * headDim + (r < headDim / 2 ? 2 * r : 2 * (r - headDim / 2) + 1);
        return rows;
    }
}
