namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>What a <see cref="Formula"/> is made of.</summary>
internal enum FormulaKind
{
    True,
    False,
    And,
    Or,

    /// <summary>One condition on the value, or its negation.</summary>
    Literal,
}
