using System.Text.Json;
using Bloomery.Engine.Grammars.Formulas;
using Bloomery.Engine.Grammars.Numbers;
using Bloomery.Engine.Grammars.Regexes;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>Formulas of given values: what <c>const</c> and <c>enum</c> say.</summary>
internal sealed class Values(FormulaBuilder formulas, RegexBuilder regexes, NumberLanguage numbers)
{
    /// <summary>Any of the values.</summary>
    public Formula AnyOf(JsonElement values, Place place)
    {
        var strings = new List<string>();
        var parts = new List<Formula>();
        foreach (JsonElement value in values.EnumerateArray())
        {
            if (value.ValueKind == JsonValueKind.String) strings.Add(Text(value, place));
            else parts.Add(Exactly(value, place));
        }
        if (strings.Count > 0) parts.Add(Scalar(JsonType.String, regexes.Literals(strings)));
        return formulas.Or(parts);
    }

    /// <summary>One value.</summary>
    public Formula Exactly(JsonElement value, Place place)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return formulas.Is(new Condition.OfType(JsonType.Null));
            case JsonValueKind.True or JsonValueKind.False:
                return Scalar(JsonType.Boolean, regexes.Literal(value.ValueKind == JsonValueKind.True ? "true" : "false"));
            case JsonValueKind.String:
                return Scalar(JsonType.String, regexes.Literals([Text(value, place)]));
            case JsonValueKind.Number:
                return ExactDecimal.TryParse(value.GetRawText(), out ExactDecimal number)
                    ? Scalar(JsonType.Number, numbers.Exactly(number))
                    : throw new GrammarException($"{place.Name}: the number {value.GetRawText()[..20]}.. is too long");
            case JsonValueKind.Array:
                return List(value, place);
            default:
                return Members(value, place);
        }
    }

    /// <summary>A string's text; half of a surrogate pair is none.</summary>
    public static string Text(JsonElement value, Place place)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new GrammarException($"{place.Name}: a string holds half of a surrogate pair, which is no text");
        }
    }

    private Formula Scalar(JsonType type, RegexNode language) =>
        formulas.And(formulas.Is(new Condition.OfType(type)), formulas.Is(new Condition.InLanguage(type, language, regexes.Not(language))));

    private Formula List(JsonElement value, Place place)
    {
        var schemas = new ElementSchemas();
        foreach (JsonElement item in value.EnumerateArray()) schemas.First.Add(new SchemaNode { Formula = Exactly(item, place) });
        int count = schemas.First.Count;
        return formulas.And(
            formulas.Is(new Condition.OfType(JsonType.Array)), formulas.Is(new Condition.Elements(schemas, 0)),
            formulas.Is(new Condition.AtLeast(JsonType.Array, count)), formulas.Not(formulas.Is(new Condition.AtLeast(JsonType.Array, count + 1))));
    }

    private Formula Members(JsonElement value, Place place)
    {
        var schemas = new MemberSchemas { Additional = new SchemaNode { Formula = formulas.False } };
        var parts = new List<Formula> { formulas.Is(new Condition.OfType(JsonType.Object)), formulas.Is(new Condition.Members(schemas)) };
        foreach (JsonProperty member in value.EnumerateObject())
        {
            schemas.Named[member.Name] = new SchemaNode { Formula = Exactly(member.Value, place) };
            parts.Add(formulas.Is(new Condition.HasKey(member.Name)));
        }
        return formulas.And(parts);
    }
}
