namespace Bloomery.Engine.Grammars.Json;

/// <summary>What a string's reader waits for.</summary>
internal enum StringEscape : byte
{
    /// <summary>A character.</summary>
    None,

    /// <summary>The letter after a backslash.</summary>
    Letter,

    /// <summary>Hexadecimal digits.</summary>
    Digits,

    /// <summary>The backslash before the second half of a surrogate pair.</summary>
    SecondBackslash,

    /// <summary>The u before the second half.</summary>
    SecondLetter,
}
