using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>How objects and arrays go on: each member or item takes its part from the formulas, and asks its value for the rest.</summary>
internal sealed class Residuals(FormulaBuilder formulas, RegexBuilder regexes, Languages languages)
{
    private const int MostTracked = 64, MostResiduals = 200_000;
    private readonly Dictionary<FormulaKey, Residual> _residuals = [];
    private readonly Dictionary<FormulaKey, Slot> _slots = [];
    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Formula> _upper = [];
    private readonly Dictionary<Formula, bool> _unique = [];
    private Satisfiability? _satisfiability;

    public Languages Languages => languages;

    public RegexBuilder Regexes => regexes;

    public FormulaBuilder Builder => formulas;

    private Satisfiability Satisfiability => _satisfiability ??= new Satisfiability(this);

    /// <summary>The number of a name that some keyword mentions.</summary>
    public int KeyIndex(string key)
    {
        if (!_keys.TryGetValue(key, out int index)) _keys.Add(key, index = _keys.Count);
        return index;
    }

    /// <summary>The number of a name, or -1 where no keyword that was looked at mentions it.</summary>
    public int FindKey(string key) => _keys.GetValueOrDefault(key, -1);

    public RegexNode NamePattern(Condition.Names names) => languages.Language(names.Schema.Formula, JsonType.String);

    public Slot Slot(Formula must, Formula[] tracked)
    {
        if (tracked.Length > MostTracked) throw new GrammarException($"more than {MostTracked} alternatives depend on one value; simplify oneOf, anyOf or not");
        var key = new FormulaKey(FormulaKind.And, [must, .. tracked], null, false);
        if (!_slots.TryGetValue(key, out Slot? slot)) _slots.Add(key, slot = new Slot(this, must, tracked));
        return slot;
    }

    /// <summary>What a value that begins as an object or array has to fulfil.</summary>
    public Residual Start(Slot slot, JsonType type) =>
        Intern([languages.Reduce(slot.Must, type), .. slot.Tracked.Select(t => languages.Reduce(t, type))]);

    /// <summary>Whether some value can fulfil a formula.</summary>
    public bool IsSatisfiable(Formula formula) => Satisfiability.Check(formula);

    /// <summary>The residual of one formula, nothing tracked.</summary>
    public Residual Alone(Formula formula) => Intern([formula]);

    private Residual Intern(Formula[] items)
    {
        var key = new FormulaKey(FormulaKind.Or, items, null, false);
        if (_residuals.TryGetValue(key, out Residual? residual)) return residual;
        if (_residuals.Count >= MostResiduals) throw new GrammarException("the schema needs too many states; simplify it");
        _residuals.Add(key, residual = new Residual(this, items));
        return residual;
    }

    public Transition? Member(Formula[] before, KeyClasses classes, string? key, ulong signature) =>
        Advance(before, f => AfterMember(f, classes, key, signature));

    public Transition? Item(Formula[] before) => Advance(before, AfterItem);

    /// <summary>The formulas after a value's truths are known.</summary>
    public Residual? Settle(Formula[] pending, Slot slot, ulong truths, bool repeats)
    {
        Formula[] settled = Array.ConvertAll(pending, formula => Map(formula, literal =>
        {
            if (repeats && literal.Condition is Condition.Unique) return formulas.Of(literal.Negative);
            if (literal.Condition is not Condition.Child child) return literal;
            int index = Array.IndexOf(slot.Tracked, child.Formula);
            return formulas.Of(index < 0 || (truths >> index & 1) != 0);
        }));
        return settled[0] == formulas.False ? null : Intern(settled);
    }

    /// <summary>The truths where nothing more comes.</summary>
    public (bool Ends, ulong Truths) End(Formula[] items)
    {
        ulong truths = 0;
        for (int i = 1; i < items.Length; i++)
        {
            if (Ended(items[i])) truths |= 1UL << (i - 1);
        }
        return (Ended(items[0]), truths);
    }

    public bool Ended(Formula formula) => Map(formula, literal =>
        formulas.Of(literal.Condition is Condition.Members or Condition.Names or Condition.Elements or Condition.Unique != literal.Negative)) == formulas.True;

    /// <summary>Whether a formula asks for items that differ, or for some that do not.</summary>
    public bool HasUnique(Formula formula)
    {
        if (formula.Items.Length == 0) return formula.Condition is Condition.Unique;
        if (_unique.TryGetValue(formula, out bool known)) return known;
        Nesting.Check();
        bool result = Array.Exists(formula.Items, HasUnique);
        _unique.Add(formula, result);
        return result;
    }

    /// <summary>What a value has to fulfil at least, so that the formula around it can still hold.</summary>
    public Formula Upper(Formula formula)
    {
        if (_upper.TryGetValue(formula.Id, out Formula? known)) return known;
        Formula result = Map(formula, literal => literal.Condition is Condition.Child child ? child.Formula : formulas.True);
        _upper.Add(formula.Id, result);
        return result;
    }

    private Transition? Advance(Formula[] before, Func<Formula, Formula> step)
    {
        Formula[] pending = Array.ConvertAll(before, f => Map(f, step));
        if (pending[0] == formulas.False || Satisfiability.IsHopeless(pending[0])) return null;
        Formula must = Upper(pending[0]);
        if (!Satisfiability.Check(must)) return null;
        var entailed = new HashSet<Formula>();
        foreach (Formula part in pending[0].Conjuncts)
        {
            if (part.Condition is Condition.Child child) entailed.Add(child.Formula);
        }
        var tracked = new List<Formula>();
        var seen = new HashSet<Formula>();
        foreach (Formula formula in pending) Track(formula, entailed, tracked, seen);
        return new Transition(this, pending, Slot(must, [.. tracked]));
    }

    private static void Track(Formula formula, HashSet<Formula> known, List<Formula> tracked, HashSet<Formula> seen)
    {
        if (!seen.Add(formula)) return;
        Nesting.Check();
        if (formula.Condition is Condition.Child child && known.Add(child.Formula)) tracked.Add(child.Formula);
        foreach (Formula item in formula.Items) Track(item, known, tracked, seen);
    }

    private Formula AfterMember(Formula literal, KeyClasses classes, string? key, ulong signature)
    {
        Formula after;
        switch (literal.Condition)
        {
            case Condition.HasKey has when has.Key == key:
                after = formulas.True;
                break;
            case Condition.AtLeast count:
                after = formulas.Is(count with { Count = count.Count - 1 });
                break;
            case Condition.Names names:
                after = classes.Matches(signature, NamePattern(names)) ? formulas.Is(names) : formulas.False;
                break;
            case Condition.Members members:
                after = formulas.And(formulas.Is(members), formulas.Is(new Condition.Child(SchemaOf(members.Schemas, classes, key, signature))));
                break;
            default:
                return literal;
        }
        return literal.Negative ? formulas.Not(after) : after;
    }

    private Formula SchemaOf(MemberSchemas schemas, KeyClasses classes, string? key, ulong signature)
    {
        var parts = new List<Formula>();
        if (key is not null && schemas.Named.TryGetValue(key, out SchemaNode? named)) parts.Add(named.Formula);
        foreach ((RegexNode pattern, SchemaNode schema) in schemas.Patterns)
        {
            if (classes.Matches(signature, pattern)) parts.Add(schema.Formula);
        }
        return parts.Count > 0 ? formulas.And(parts) : schemas.Additional?.Formula ?? formulas.True;
    }

    private Formula AfterItem(Formula literal)
    {
        Formula after;
        switch (literal.Condition)
        {
            case Condition.AtLeast count:
                after = formulas.Is(count with { Count = count.Count - 1 });
                break;
            case Condition.Elements elements:
                ElementSchemas schemas = elements.Schemas;
                bool first = elements.Offset < schemas.First.Count;
                SchemaNode? schema = first ? schemas.First[elements.Offset] : schemas.Rest;
                Formula rest = formulas.Is(first ? elements with { Offset = elements.Offset + 1 } : elements);
                after = schema is null ? rest : formulas.And(rest, formulas.Is(new Condition.Child(schema.Formula)));
                break;
            case Condition.Contains contains:
                Formula fits = formulas.Is(new Condition.Child(contains.Schema.Formula));
                Formula fewer = formulas.Is(contains with { Count = contains.Count - 1 });
                after = formulas.Or(formulas.And(fits, fewer), contains.Count == 1 ? literal.Negative ? formulas.Not(literal) : literal
                    : formulas.And(formulas.Not(fits), formulas.Is(contains)));
                break;
            default:
                return literal;
        }
        return literal.Negative ? formulas.Not(after) : after;
    }

    // Applies a step to every literal.
    private Formula Map(Formula formula, Func<Formula, Formula> step) => new Mapping(formulas, step).Apply(formula);
}
