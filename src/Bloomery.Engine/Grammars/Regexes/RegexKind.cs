namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>What a <see cref="RegexNode"/> says.</summary>
internal enum RegexKind
{
    /// <summary>No text.</summary>
    Nothing,

    /// <summary>The empty text.</summary>
    Epsilon,

    /// <summary>One byte of a set.</summary>
    Set,

    /// <summary>One after the other.</summary>
    Concat,

    /// <summary>Any of them.</summary>
    Or,

    /// <summary>All of them.</summary>
    And,

    /// <summary>Every text that is not one.</summary>
    Not,

    /// <summary>Repeated between Min and Max times; Max -1 is without end.</summary>
    Loop,

    /// <summary>A state of an <see cref="IMachine"/>.</summary>
    Machine,

    /// <summary>The texts that followed by the end marker are in it.</summary>
    Ended,
}
