namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>
/// A condition on one JSON value: conditions of single keywords under and and or, with negations at the leaves. Equal ones are the same object.
/// </summary>
internal sealed class Formula
{
    public required int Id { get; init; }

    public required FormulaKind Kind { get; init; }

    public Formula[] Items { get; init; } = [];

    public Condition? Condition { get; init; }

    public bool Negative { get; init; }

    /// <summary>The negation, once it was asked for.</summary>
    public Formula? Negation { get; set; }

    /// <summary>What must hold beside each other.</summary>
    public ReadOnlySpan<Formula> Conjuncts => Kind == FormulaKind.And ? Items : new ReadOnlySpan<Formula>(in _self);

    private readonly Formula _self;

    public Formula() => _self = this;
}
