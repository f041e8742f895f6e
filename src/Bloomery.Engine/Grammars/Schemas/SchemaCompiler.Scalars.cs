using System.Text.Json;
using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Numbers;
using Bloomery.Engine.Grammars.Patterns;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Schemas;

/// <content>Types, values, numbers and strings.</content>
internal sealed partial class SchemaCompiler
{
    private void AddValues(Place place, List<Formula> parts)
    {
        if (Has(place, "type", out JsonElement type))
        {
            parts.Add(type.ValueKind == JsonValueKind.String
                ? OfType(place, type)
                : _formulas.Or([.. Items(place, "type", type).Select(t => OfType(place, t))]));
        }
        if (Has(place, "enum", out JsonElement values))
        {
            if (values.ValueKind != JsonValueKind.Array) throw Error(place, "enum", "expected a list");
            parts.Add(_values.AnyOf(values, place));
        }
        if (Has(place, "const", out JsonElement value, Draft.V6)) parts.Add(_values.Exactly(value, place));
    }

    private Formula OfType(Place place, JsonElement name)
    {
        if (name.ValueKind != JsonValueKind.String) throw Error(place, "type", "expected the name of a type, or a list of them");
        JsonType type = name.GetString() switch
        {
            "null" => JsonType.Null,
            "boolean" => JsonType.Boolean,
            "number" or "integer" => JsonType.Number,
            "string" => JsonType.String,
            "array" => JsonType.Array,
            "object" => JsonType.Object,
            string other => throw Error(place, "type", $"no type is called {other}"),
            null => throw new InvalidOperationException(),
        };
        Formula formula = _formulas.Is(new Condition.OfType(type));
        // 1.0 is neither written as an integer, nor taken for anything that is none.
        return name.GetString() != "integer"
            ? formula
            : _formulas.And(formula, _formulas.Is(new Condition.InLanguage(JsonType.Number, _numbers.Integer, _numbers.Fractional)));
    }

    private void AddNumbers(Place place, List<Formula> parts)
    {
        AddBound(place, parts, "minimum", "exclusiveMinimum", _numbers.Above);
        AddBound(place, parts, "maximum", "exclusiveMaximum", _numbers.Below);
        if (Has(place, "multipleOf", out JsonElement factor))
            parts.Add(Language(JsonType.Number, _numbers.Multiples(Number(place, "multipleOf", factor))));
    }

    private void AddBound(Place place, List<Formula> parts, string keyword, string exclusive, Func<ExactDecimal, bool, RegexNode> language)
    {
        // Draft 4 has a switch beside the limit, later drafts a limit of its own.
        bool isExclusive = false;
        if (Has(place, exclusive, out JsonElement other))
        {
            if (other.ValueKind is JsonValueKind.True or JsonValueKind.False) isExclusive = other.ValueKind == JsonValueKind.True;
            else if (_draft == Draft.V4) throw Error(place, exclusive, "draft-04 expects true or false");
            else parts.Add(Language(JsonType.Number, language(Number(place, exclusive, other), true)));
        }
        if (Has(place, keyword, out JsonElement limit)) parts.Add(Language(JsonType.Number, language(Number(place, keyword, limit), isExclusive)));
    }

    private static ExactDecimal Number(Place place, string keyword, JsonElement value) =>
        value.ValueKind != JsonValueKind.Number ? throw Error(place, keyword, "expected a number")
        : ExactDecimal.TryParse(value.GetRawText(), out ExactDecimal number) ? number
        : throw Error(place, keyword, "the number is too long");

    private void AddStrings(Place place, List<Formula> parts)
    {
        if (TryCount(place, "minLength", out int least)) parts.Add(Language(JsonType.String, _regexes.Loop(_regexes.AnyCharacter, least, -1)));
        if (TryCount(place, "maxLength", out int most)) parts.Add(Language(JsonType.String, _regexes.Loop(_regexes.AnyCharacter, 0, most)));
        if (Has(place, "pattern", out JsonElement pattern))
        {
            if (pattern.ValueKind != JsonValueKind.String) throw Error(place, "pattern", "expected a string");
            parts.Add(Language(JsonType.String, Pattern(place, "pattern", Values.Text(pattern, place))));
        }
        if (Has(place, "format", out JsonElement format) && format.ValueKind == JsonValueKind.String
            && Formats.Build(_regexes, Values.Text(format, place)) is { } language)
            parts.Add(Language(JsonType.String, language));
    }

    private RegexNode Pattern(Place place, string keyword, string pattern)
    {
        try
        {
            return PatternLanguage.Build(_regexes, pattern);
        }
        catch (GrammarException e)
        {
            throw Error(place, keyword, e.Message);
        }
    }
}
