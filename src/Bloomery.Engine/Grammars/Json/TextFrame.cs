using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside a string, be it a value or a name.</summary>
internal abstract class TextFrame(Frame parent) : Frame(parent)
{
    public abstract Dfa Automaton { get; }

    public abstract StringState State { get; }

    /// <summary>Whether what follows the end depends on the characters.</summary>
    public abstract bool DependsOnText { get; }

    protected override Frame? Next(byte value)
    {
        StringState next = State;
        if (value == '"' && next.Escape == StringEscape.None) return Automaton.Accepts(next.State) ? End(Records ? new Log(Bytes, value) : null) : null;
        return JsonString.TryStep(Automaton, ref next, value) ? Append(next, value) : null;
    }

    /// <summary>What follows the closing quote.</summary>
    public abstract Frame? End(Log? bytes);

    protected abstract Frame Append(StringState state, byte value);
}
