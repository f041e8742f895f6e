namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>What an instruction of a compiled expression does.</summary>
internal enum RegexOperation
{
    /// <summary>Takes one character of a set.</summary>
    Set,

    /// <summary>Takes between A and B characters of a set (B = -1: any number), as many as possible first.</summary>
    SetRun,

    /// <summary>The same, as few as possible first.</summary>
    LazySetRun,

    /// <summary>Goes on at A; at B if that fails.</summary>
    Split,

    /// <summary>Goes on at A.</summary>
    Jump,

    /// <summary>Notes the place in register A.</summary>
    Mark,

    /// <summary>Goes on at B if the place is still the one in register A.</summary>
    SkipIfUnmoved,

    /// <summary>Matches the instructions behind this one as a whole, then goes on at A.</summary>
    Atomic,

    /// <summary>Checks that the instructions behind this one match here, then goes on at A.</summary>
    Ahead,

    /// <summary>Checks that they do not.</summary>
    NotAhead,

    /// <summary>Checks that they match what ends here, B characters long (B = -1: of any length).</summary>
    Behind,

    /// <summary>Checks that they do not.</summary>
    NotBehind,

    /// <summary>Only where the look-behind that this belongs to stands.</summary>
    BehindEnd,

    /// <summary>Notes the place in register A, to be forgotten when going back behind it.</summary>
    Save,

    /// <summary>Takes once more what lies between register A and the one behind it; with B = 1 regardless of case.</summary>
    Reference,

    /// <summary>Notes that what is found begins here.</summary>
    Keep,

    /// <summary>Takes a grapheme cluster.</summary>
    Cluster,

    /// <summary>Only where the search began.</summary>
    SearchStart,

    /// <summary>Only at the start of the text.</summary>
    TextStart,

    /// <summary>Only at the end of the text.</summary>
    TextEnd,

    /// <summary>Only at the end of the text or before a newline that ends it.</summary>
    TextEndOrNewline,

    /// <summary>Only at the start of a line.</summary>
    LineStart,

    /// <summary>Only at the end of a line.</summary>
    LineEnd,

    /// <summary>Only between a word character and another one.</summary>
    WordEdge,

    /// <summary>Not there.</summary>
    NotWordEdge,

    /// <summary>Ends the expression, or what stands behind an atomic group or a look-around.</summary>
    Match,
}
