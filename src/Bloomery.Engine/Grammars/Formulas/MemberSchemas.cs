using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>The schemas of an object's members by name, by pattern, and of all others.</summary>
internal sealed class MemberSchemas
{
    public Dictionary<string, SchemaNode> Named { get; } = new(StringComparer.Ordinal);

    public List<(RegexNode Pattern, SchemaNode Schema)> Patterns { get; } = [];

    /// <summary>What holds for members that neither a name nor a pattern covers; null: nothing.</summary>
    public SchemaNode? Additional { get; set; }
}
