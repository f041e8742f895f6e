namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>A place in a schema; its formula is known once all of the schema was compiled, so that schemas may refer to themselves.</summary>
internal sealed class SchemaNode
{
    private Formula? _formula;

    public Formula Formula
    {
        get => _formula ?? throw new InvalidOperationException("the schema is not compiled yet");
        set => _formula = value;
    }
}
