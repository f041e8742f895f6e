using Bloomery.Engine.Grammars.Formulas;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Rebuilds a formula with each of its literals replaced; shared parts are visited once.</summary>
internal sealed class Mapping(FormulaBuilder formulas, Func<Formula, Formula> step)
{
    private readonly Dictionary<Formula, Formula> _done = [];

    public Formula Apply(Formula formula)
    {
        if (formula.Kind is FormulaKind.True or FormulaKind.False) return formula;
        if (_done.TryGetValue(formula, out Formula? known)) return known;
        Nesting.Check();
        Formula result;
        if (formula.Kind == FormulaKind.Literal)
        {
            result = step(formula);
        }
        else
        {
            Formula[] items = Array.ConvertAll(formula.Items, Apply);
            result = formula.Kind == FormulaKind.And ? formulas.And(items) : formulas.Or(items);
        }
        _done.Add(formula, result);
        return result;
    }
}
