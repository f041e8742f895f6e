using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>The automaton of every text, shared by all grammars; it is built whole, so that many threads may step it.</summary>
internal static class AnyString
{
    public static Dfa Automaton { get; } = Build();

    private static Dfa Build()
    {
        var builder = new RegexBuilder();
        var automaton = new Dfa(builder, builder.AnyText);
        var seen = new HashSet<int> { automaton.Start };
        var queue = new Queue<int>(seen);
        while (queue.TryDequeue(out int state))
        {
            for (int value = 0; value < 256; value++)
            {
                if (automaton.Next(state, (byte)value) is >= 0 and int next && seen.Add(next)) queue.Enqueue(next);
            }
        }
        return automaton;
    }
}
