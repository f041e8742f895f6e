namespace Bloomery.Engine.Grammars.Formulas;

/// <summary>Makes formulas, hash-consed and simplified. Their number is bounded.</summary>
internal sealed class FormulaBuilder
{
    private const int MostFormulas = 1_000_000;
    private readonly Dictionary<FormulaKey, Formula> _formulas = [];

    public FormulaBuilder()
    {
        True = Make(FormulaKind.True, []);
        False = Make(FormulaKind.False, []);
        (True.Negation, False.Negation) = (False, True);
    }

    public Formula True { get; }

    public Formula False { get; }

    public Formula Of(bool value) => value ? True : False;

    public Formula Is(Condition condition) => condition switch
    {
        Condition.AtLeast { Count: <= 0 } or Condition.Contains { Count: <= 0 } => True,
        Condition.Child { Formula: var f } when f == True || f == False => f,
        _ => Make(FormulaKind.Literal, [], condition, false),
    };

    public Formula And(params IReadOnlyList<Formula> items) => Combine(FormulaKind.And, items);

    public Formula Or(params IReadOnlyList<Formula> items) => Combine(FormulaKind.Or, items);

    public Formula Not(Formula formula)
    {
        if (formula.Negation is { } known) return known;
        Nesting.Check();
        Formula result;
        if (formula.Kind == FormulaKind.Literal)
        {
            result = formula.Condition is Condition.Child child
                ? Is(new Condition.Child(Not(child.Formula)))
                : Make(FormulaKind.Literal, [], formula.Condition, !formula.Negative);
        }
        else
        {
            var items = new Formula[formula.Items.Length];
            for (int i = 0; i < items.Length; i++) items[i] = Not(formula.Items[i]);
            result = Combine(formula.Kind == FormulaKind.And ? FormulaKind.Or : FormulaKind.And, items);
        }
        formula.Negation = result;
        result.Negation = formula;
        return result;
    }

    /// <summary>Exactly one of them holds.</summary>
    public Formula ExactlyOne(IReadOnlyList<Formula> items)
    {
        Formula one = False, none = True;
        for (int i = items.Count - 1; i >= 0; i--)
        {
            one = Or(And(items[i], none), And(Not(items[i]), one));
            none = And(Not(items[i]), none);
        }
        return one;
    }

    private Formula Combine(FormulaKind kind, IReadOnlyList<Formula> items)
    {
        Formula neutral = kind == FormulaKind.And ? True : False, absorbing = kind == FormulaKind.And ? False : True;
        var parts = new List<Formula>(items.Count);
        foreach (Formula item in items)
        {
            if (item == absorbing) return absorbing;
            if (item == neutral) continue;
            if (item.Kind == kind) parts.AddRange(item.Items);
            else parts.Add(item);
        }
        if (parts.Count > 1)
        {
            parts.Sort((x, y) => x.Id.CompareTo(y.Id));
            int count = 0;
            for (int i = 0; i < parts.Count; i++)
            {
                if (i == 0 || parts[i] != parts[i - 1]) parts[count++] = parts[i];
            }
            parts.RemoveRange(count, parts.Count - count);
            if (IsDecided(kind, parts)) return absorbing;
        }
        return parts.Count == 0 ? neutral : parts.Count == 1 ? parts[0] : Make(kind, [.. parts]);
    }

    // What contradicts (in an and) or completes (in an or) something else: a condition and its negation, two types.
    private static bool IsDecided(FormulaKind kind, List<Formula> parts)
    {
        HashSet<Formula>? set = parts.Count > 8 ? [.. parts] : null;
        bool and = kind == FormulaKind.And;
        JsonType? type = null;
        foreach (Formula part in parts)
        {
            if (part.Negation is { } negation && (set?.Contains(negation) ?? parts.Contains(negation))) return true;
            if (part.Condition is not Condition.OfType condition || part.Negative == and) continue;
            if (type is { } other && other != condition.Type) return true;
            type = condition.Type;
        }
        return false;
    }

    private Formula Make(FormulaKind kind, Formula[] items, Condition? condition = null, bool negative = false)
    {
        var key = new FormulaKey(kind, items, condition, negative);
        if (_formulas.TryGetValue(key, out Formula? formula)) return formula;
        if (_formulas.Count >= MostFormulas) throw new GrammarException("the schema needs too many states; simplify its oneOf, not and anyOf");
        formula = new Formula { Id = _formulas.Count, Kind = kind, Items = items, Condition = condition, Negative = negative };
        _formulas.Add(key, formula);
        return formula;
    }
}
