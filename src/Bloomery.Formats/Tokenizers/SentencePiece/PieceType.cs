namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>What a piece of a vocabulary stands for; the numbers are those of SentencePiece and of GGUF's <c>token_type</c>.</summary>
internal enum PieceType
{
    /// <summary>Ordinary text.</summary>
    Normal = 1,

    /// <summary>Stands for whatever the vocabulary lacks.</summary>
    Unknown = 2,

    /// <summary>Steers the model and never comes from plain text, as the begin and end of a text.</summary>
    Control = 3,

    /// <summary>A symbol that always stays whole and wins over everything else.</summary>
    UserDefined = 4,

    /// <summary>Known but never produced.</summary>
    Unused = 5,

    /// <summary>One byte of a character that the vocabulary lacks, <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    Byte = 6,
}
