namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Something to search for in a piece of text. Safe for use by many threads.</summary>
internal abstract class SplitPattern
{
    /// <summary>Finds the first match that begins at or after <paramref name="from"/>.</summary>
    /// <param name="text">The whole piece: what looks around sees no further.</param>
    /// <param name="from">Where to start.</param>
    /// <param name="begin">Where the match begins.</param>
    /// <param name="end">Where it ends; equal to <paramref name="begin"/> for an empty match.</param>
    public abstract bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end);

    /// <summary>Finds the next match of a sequence; an empty one right behind the last is passed over.</summary>
    /// <param name="text">The whole piece.</param>
    /// <param name="lastEnd">Where the last match ended; -1 before the first.</param>
    /// <param name="begin">Where the match begins.</param>
    /// <param name="end">Where it ends.</param>
    public bool FindNext(ReadOnlySpan<char> text, int lastEnd, out int begin, out int end)
    {
        int from = Math.Max(lastEnd, 0);
        while (Find(text, from, out begin, out end))
        {
            if (end > begin || end != lastEnd) return true;
            if (from >= text.Length) return false;
            from += char.IsHighSurrogate(text[from]) && from + 1 < text.Length ? 2 : 1;
        }
        return false;
    }
}
