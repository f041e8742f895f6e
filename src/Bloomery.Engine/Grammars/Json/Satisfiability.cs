using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>
/// Whether some value can fulfil a formula. It is exact for scalars; for objects and arrays it looks at what must come, so that a yes may be wrong where
/// several keywords contradict each other, and a no never is.
/// </summary>
internal sealed class Satisfiability(Residuals residuals)
{
    private const int Deepest = 40;
    private readonly Dictionary<Formula, bool> _known = [];
    private int _depth;

    public bool Check(Formula formula)
    {
        if (formula.Kind is FormulaKind.True or FormulaKind.False) return formula.Kind == FormulaKind.True;
        if (_known.TryGetValue(formula, out bool known)) return known;
        if (_depth >= Deepest) return true;
        _depth++;
        // While it is being looked at, a schema that refers to itself is taken for satisfiable.
        _known[formula] = true;
        bool result = residuals.Languages.Scalars(formula).Start >= 0 || residuals.Languages.Strings(formula).Start >= 0
            || CheckObject(residuals.Languages.Reduce(formula, JsonType.Object)) || CheckArray(residuals.Languages.Reduce(formula, JsonType.Array));
        _known[formula] = result;
        _depth--;
        return result;
    }

    /// <summary>Whether an object's conditions ask for more members than they allow.</summary>
    public bool IsHopeless(Formula formula)
    {
        int required = 0, most = int.MaxValue;
        foreach (Formula part in formula.Conjuncts)
        {
            if (part.Condition is Condition.HasKey && !part.Negative) required++;
            if (part.Condition is Condition.AtLeast count && part.Negative) most = Math.Min(most, count.Count - 1);
        }
        return required > most;
    }

    private bool CheckObject(Formula formula)
    {
        if (formula.Kind == FormulaKind.False) return false;
        if (residuals.Ended(formula)) return true;
        if (IsHopeless(formula)) return false;
        Residual residual = residuals.Alone(formula);
        foreach (Formula part in formula.Conjuncts)
        {
            if (part.Condition is not Condition.HasKey has || part.Negative) continue;
            if (residual.Member(has.Key, residual.Classes.Signature(System.Text.Encoding.UTF8.GetBytes(has.Key))) is null) return false;
        }
        return residual.Keys(KeyBits.None).Start >= 0;
    }

    private bool CheckArray(Formula formula) =>
        formula.Kind != FormulaKind.False && (residuals.Ended(formula) || residuals.Alone(formula).Item() is not null);
}
