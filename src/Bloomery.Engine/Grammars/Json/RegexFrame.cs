using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Inside a text that a regular expression describes as a whole.</summary>
internal sealed class RegexFrame(Dfa automaton, int state) : Frame(null)
{
    public Dfa Automaton => automaton;

    public int State => state;

    public override bool MayEnd => automaton.Accepts(state);

    protected override Frame? Next(byte value) => automaton.Next(state, value) is >= 0 and int next ? new RegexFrame(automaton, next) : null;
}
