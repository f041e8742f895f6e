namespace Bloomery.Engine.Grammars.Json;

/// <summary>Where the reader of a string is: the automaton of its characters, and how far an escape has come.</summary>
internal readonly record struct StringState(int State, StringEscape Escape, byte Digits, ushort Value, ushort High)
{
    public StringState(int state) : this(state, StringEscape.None, 0, 0, 0)
    {
    }
}
