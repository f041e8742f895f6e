namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>A language that is better stepped than spelled as a regular expression: sets of literals, multiples of a number.</summary>
internal interface IMachine
{
    /// <summary>The state after one more byte, or -1 where nothing can be accepted any more.</summary>
    int Next(int state, byte value);

    /// <summary>Whether the text may end here.</summary>
    bool Accepts(int state);

    /// <summary>The bytes that it tells from each other.</summary>
    void Refine(ByteClasses classes);
}
