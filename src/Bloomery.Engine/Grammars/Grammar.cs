using System.Text.Json;
using Bloomery.Engine.Grammars.Json;
using Bloomery.Engine.Grammars.Patterns;
using Bloomery.Engine.Grammars.Regexes;
using Bloomery.Engine.Grammars.Schemas;

namespace Bloomery.Engine.Grammars;

/// <summary>What a text has to be like, compiled. Its automata grow while it is used, so that one thread at a time may step it.</summary>
internal sealed class Grammar
{
    private const int LargestSource = 4 << 20;

    private Grammar(Frame start) => Start = start;

    /// <summary>The position before the text.</summary>
    public Frame Start { get; }

    /// <summary>A value of a JSON schema.</summary>
    /// <exception cref="GrammarException">A keyword cannot be enforced, or the schema is malformed or too large; the message names it.</exception>
    public static Grammar OfSchema(JsonElement schema)
    {
        if (schema.GetRawText().Length > LargestSource) throw new GrammarException($"the schema is larger than {LargestSource} characters");
        return new Grammar(SchemaCompiler.Compile(schema));
    }

    /// <summary>A text that a regular expression matches as a whole.</summary>
    /// <exception cref="GrammarException">It is malformed, or uses what no automaton decides.</exception>
    public static Grammar OfRegex(string pattern)
    {
        if (pattern.Length > LargestSource) throw new GrammarException($"the pattern is larger than {LargestSource} characters");
        var builder = new RegexBuilder();
        RegexNode whole = PatternLanguage.Build(builder, pattern, whole: true);
        var automaton = new Dfa(builder, whole.IsText ? whole : builder.And(builder.AnyText, whole));
        return automaton.Start >= 0 ? new Grammar(new RegexFrame(automaton, automaton.Start)) : throw new GrammarException("no text matches this pattern");
    }
}
