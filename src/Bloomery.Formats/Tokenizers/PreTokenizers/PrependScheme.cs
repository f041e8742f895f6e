namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>When Metaspace puts a mark in front of a piece that has none.</summary>
internal enum PrependScheme
{
    /// <summary>Before each piece.</summary>
    Always,

    /// <summary>Only where the piece stems from the very start of the input.</summary>
    First,

    /// <summary>Not at all.</summary>
    Never,
}
