namespace Bloomery.Engine.Grammars;

/// <summary>A schema, pattern or grammar that cannot be enforced, or is too large to be; the message names the keyword.</summary>
internal sealed class GrammarException(string message) : Exception(message);
