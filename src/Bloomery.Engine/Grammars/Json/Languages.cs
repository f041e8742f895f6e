using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Numbers;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>Turns formulas into the languages of scalars, and reduces them to what they say of one type.</summary>
internal sealed class Languages(FormulaBuilder formulas, RegexBuilder regexes, NumberLanguage numbers)
{
    private readonly Dictionary<(int, JsonType), Formula> _reduced = [];
    private readonly Dictionary<(int, JsonType), RegexNode> _regexes = [];
    private readonly Dictionary<(int, bool), Dfa> _automata = [];

    /// <summary>What a formula says of values of one type.</summary>
    public Formula Reduce(Formula formula, JsonType type)
    {
        if (formula.Kind is FormulaKind.True or FormulaKind.False) return formula;
        if (_reduced.TryGetValue((formula.Id, type), out Formula? known)) return known;
        Nesting.Check();
        Formula result;
        if (formula.Kind == FormulaKind.Literal)
        {
            bool applies = formula.Condition!.Type == type;
            result = formula.Condition is Condition.OfType ? formulas.Of(applies != formula.Negative)
                : applies ? formula : formulas.Of(!formula.Negative);
        }
        else
        {
            Formula[] items = Array.ConvertAll(formula.Items, i => Reduce(i, type));
            result = formula.Kind == FormulaKind.And ? formulas.And(items) : formulas.Or(items);
        }
        _reduced.Add((formula.Id, type), result);
        return result;
    }

    /// <summary>The spellings of null, booleans and numbers that fit.</summary>
    public Dfa Scalars(Formula formula) => Automaton(formula, strings: false);

    /// <summary>The characters of strings that fit.</summary>
    public Dfa Strings(Formula formula) => Automaton(formula, strings: true);

    private Dfa Automaton(Formula formula, bool strings)
    {
        if (_automata.TryGetValue((formula.Id, strings), out Dfa? known)) return known;
        RegexNode regex = strings
            ? Language(formula, JsonType.String)
            : regexes.Or(Language(formula, JsonType.Null), Language(formula, JsonType.Boolean), Language(formula, JsonType.Number));
        var automaton = new Dfa(regexes, regex);
        _automata.Add((formula.Id, strings), automaton);
        return automaton;
    }

    /// <summary>The spellings of one scalar type that fit.</summary>
    public RegexNode Language(Formula formula, JsonType type)
    {
        Formula reduced = Reduce(formula, type);
        if (reduced == formulas.False) return regexes.Nothing;
        if (reduced == formulas.True && type == JsonType.Number) return numbers.Any;
        RegexNode all = type switch
        {
            JsonType.Null => regexes.Literal("null"),
            JsonType.Boolean => regexes.Or(regexes.Literal("true"), regexes.Literal("false")),
            JsonType.Number => numbers.Plain,
            _ => regexes.AnyText,
        };
        RegexNode regex = Regex(reduced, type);
        return type == JsonType.String && regex.IsText ? regex : regexes.And(all, regex);
    }

    private RegexNode Regex(Formula formula, JsonType type)
    {
        if (formula.Kind == FormulaKind.True) return regexes.Full;
        if (formula.Kind == FormulaKind.False) return regexes.Nothing;
        if (formula.Condition is Condition.InLanguage language) return formula.Negative ? language.Complement : language.Language;
        if (_regexes.TryGetValue((formula.Id, type), out RegexNode? known)) return known;
        Nesting.Check();
        RegexNode[] items = Array.ConvertAll(formula.Items, i => Regex(i, type));
        RegexNode result = formula.Kind == FormulaKind.And ? regexes.And(items) : regexes.Or(items);
        _regexes.Add((formula.Id, type), result);
        return result;
    }
}
