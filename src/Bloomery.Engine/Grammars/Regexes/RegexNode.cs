namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>An expression over bytes. Equal expressions of one <see cref="RegexBuilder"/> are the same object.</summary>
internal sealed class RegexNode
{
    public required int Id { get; init; }

    public required RegexKind Kind { get; init; }

    public RegexNode[] Items { get; init; } = [];

    public ByteSet Set { get; init; }

    /// <summary>A loop's least count; a machine's state.</summary>
    public int Min { get; init; }

    public int Max { get; init; }

    public IMachine? Machine { get; init; }

    /// <summary>Whether the empty text is in it.</summary>
    public bool Nullable { get; init; }

    /// <summary>Whether it can be empty without being <see cref="RegexKind.Nothing"/>: only intersection, complement and what ends with a marker can.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>No text in it is shorter.</summary>
    public int LeastLength { get; init; }

    /// <summary>Whether it surely holds nothing but whole characters in UTF-8.</summary>
    public bool IsText { get; set; }
}
