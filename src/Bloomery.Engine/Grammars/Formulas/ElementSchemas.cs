namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>The schemas of an array's first items, and of those after them (null: anything).</summary>
internal sealed class ElementSchemas
{
    public List<SchemaNode> First { get; } = [];

    public SchemaNode? Rest { get; set; }
}
