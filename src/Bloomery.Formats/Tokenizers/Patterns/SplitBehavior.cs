namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>What becomes of the matches when text is split.</summary>
internal enum SplitBehavior
{
    /// <summary>Matches vanish.</summary>
    Removed,

    /// <summary>Matches and gaps are pieces.</summary>
    Isolated,

    /// <summary>A match joins the gap before it.</summary>
    MergedWithPrevious,

    /// <summary>A match joins the gap behind it.</summary>
    MergedWithNext,

    /// <summary>Adjoining matches are one piece.</summary>
    Contiguous,
}
