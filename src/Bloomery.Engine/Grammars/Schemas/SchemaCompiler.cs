using System.Text.Json;
using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Json;
using Bloomery.Engine.Grammars.Numbers;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>Turns a JSON schema into formulas, one per place. What cannot be enforced is refused by keyword; nothing is passed over in silence.</summary>
internal sealed partial class SchemaCompiler
{
    private const int MostPlaces = 100_000, DeepestNesting = 200;
    private readonly FormulaBuilder _formulas = new();
    private readonly RegexBuilder _regexes = new();
    private readonly NumberLanguage _numbers;
    private readonly Values _values;
    private readonly References _references;
    private readonly Draft _draft;
    private readonly Dictionary<string, Formula?> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<(SchemaNode Node, Place Place)> _pending = new();
    private int _depth;

    private SchemaCompiler(JsonElement schema)
    {
        _numbers = new NumberLanguage(_regexes);
        _values = new Values(_formulas, _regexes, _numbers);
        _draft = Drafts.Of(schema);
        _references = new References(schema, _draft);
    }

    /// <summary>The position before a value of this schema.</summary>
    public static Frame Compile(JsonElement schema)
    {
        var compiler = new SchemaCompiler(schema);
        Formula root = compiler.FormulaOf(compiler._references.Root);
        while (compiler._pending.TryDequeue(out (SchemaNode Node, Place Place) next)) next.Node.Formula = compiler.FormulaOf(next.Place);
        var languages = new Languages(compiler._formulas, compiler._regexes, compiler._numbers);
        var residuals = new Residuals(compiler._formulas, compiler._regexes, languages);
        if (!residuals.IsSatisfiable(root)) throw new GrammarException("no value fulfils this schema");
        return new ValueFrame(new RootFrame(false, 0), residuals.Slot(root, []), 0);
    }

    private static GrammarException Error(Place place, string keyword, string what) => new($"{keyword} at {place.Name}: {what}");

    // A schema for another value: compiled later, so that it may refer to what is being compiled.
    private SchemaNode Node(Place place)
    {
        if (_nodes.TryGetValue(place.Pointer, out SchemaNode? node)) return node;
        if (_nodes.Count >= MostPlaces) throw new GrammarException($"the schema has more than {MostPlaces} places");
        _nodes.Add(place.Pointer, node = new SchemaNode());
        _pending.Enqueue((node, place));
        return node;
    }

    // A schema for the same value.
    private Formula FormulaOf(Place place)
    {
        if (_places.TryGetValue(place.Pointer, out Formula? known))
            return known ?? throw Error(place, "$ref", "the schema refers to itself without a value between");
        if (place.Element.ValueKind is JsonValueKind.True or JsonValueKind.False) return _formulas.Of(place.Element.ValueKind == JsonValueKind.True);
        if (place.Element.ValueKind != JsonValueKind.Object) throw new GrammarException($"{place.Name}: expected a schema (an object, true or false)");
        if (++_depth > DeepestNesting) throw new GrammarException($"{place.Name}: schemas for one value are nested more than {DeepestNesting} deep");
        _places[place.Pointer] = null;
        var parts = new List<Formula>();
        Place own = _references.WithBase(place);
        if (own.Element.TryGetProperty("$ref", out JsonElement reference) && reference.ValueKind == JsonValueKind.String)
        {
            parts.Add(FormulaOf(_references.Resolve(own, Values.Text(reference, own))));
            if (_draft >= Draft.V2019) AddKeywords(own, parts);
        }
        else
        {
            AddKeywords(own, parts);
        }
        Formula result = _formulas.And(parts);
        _places[place.Pointer] = result;
        _depth--;
        return result;
    }

    private void AddKeywords(Place place, List<Formula> parts)
    {
        Refuse(place, Draft.V2019, "unevaluatedProperties");
        Refuse(place, Draft.V2019, "unevaluatedItems");
        Refuse(place, Draft.V2019, "$recursiveRef");
        Refuse(place, Draft.V2020, "$dynamicRef");
        AddValues(place, parts);
        AddNumbers(place, parts);
        AddStrings(place, parts);
        AddObjects(place, parts);
        AddArrays(place, parts);
        AddCombinations(place, parts);
    }

    private void Refuse(Place place, Draft since, string keyword)
    {
        if (Has(place, keyword, out _, since)) throw Error(place, keyword, "is not supported");
    }

    private bool Has(Place place, string keyword, out JsonElement value, Draft since = Draft.V4)
    {
        value = default;
        return _draft >= since && place.Element.TryGetProperty(keyword, out value);
    }

    // A limit holds for its own type only; a negated one would rule out all others.
    private Formula Unless(JsonType type, Formula formula) => _formulas.Or(_formulas.Not(_formulas.Is(new Condition.OfType(type))), formula);

    private Formula Language(JsonType type, RegexNode language) =>
        _formulas.Is(new Condition.InLanguage(type, language, _regexes.Not(language)));

    private bool TryCount(Place place, string keyword, out int count, Draft since = Draft.V4)
    {
        count = 0;
        if (!Has(place, keyword, out JsonElement value, since)) return false;
        if (value.ValueKind != JsonValueKind.Number || !ExactDecimal.TryParse(value.GetRawText(), out ExactDecimal number)
            || number.Negative || !number.IsInteger)
            throw Error(place, keyword, "expected a whole number that is not negative");
        count = number.Digits > int.MaxValue / 2 ? int.MaxValue / 2 : (int)number.Digits;
        return true;
    }

    private static IEnumerable<JsonProperty> Members(Place place, string keyword, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Error(place, keyword, "expected an object");

    private static IEnumerable<JsonElement> Items(Place place, string keyword, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Error(place, keyword, "expected a list");

    private static IEnumerable<string> Strings(Place place, string keyword, JsonElement value) => Items(place, keyword, value)
        .Select(item => item.ValueKind == JsonValueKind.String ? Values.Text(item, place) : throw Error(place, keyword, "expected a list of strings"));
}
