namespace Bloomery.Formats.Tokenizers;

/// <summary>A token that is looked for in the text itself, before the model sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Whether it is left out when special tokens are skipped, and found only where they are parsed.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it is looked for, normalised, in normalised text.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether it matches only where no word character adjoins.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it takes the whitespace before it.</summary>
    public bool TakesLeft { get; init; }

    /// <summary>Whether it takes the whitespace behind it.</summary>
    public bool TakesRight { get; init; }
}
