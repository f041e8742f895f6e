using System.Text.Json;
using Bloomery.Engine.Grammars.Formulas;

namespace Bloomery.Engine.Grammars.Schemas;

/// <content>Objects, arrays, and schemas made of schemas.</content>
internal sealed partial class SchemaCompiler
{
    // Exactly one of n takes formulas of n * n parts.
    private const int MostBranches = 1000;

    private Formula HasKey(string key) => _formulas.Is(new Condition.HasKey(key));

    private Formula AtLeast(JsonType type, int count) => _formulas.Is(new Condition.AtLeast(type, count));

    private void AddObjects(Place place, List<Formula> parts)
    {
        AddMembers(place, parts);
        if (Has(place, "required", out JsonElement required))
        {
            foreach (string key in Strings(place, "required", required)) parts.Add(HasKey(key));
        }
        if (TryCount(place, "minProperties", out int least)) parts.Add(AtLeast(JsonType.Object, least));
        if (TryCount(place, "maxProperties", out int most))
            parts.Add(Unless(JsonType.Object, _formulas.Not(AtLeast(JsonType.Object, most + 1))));
        if (Has(place, "propertyNames", out JsonElement names, Draft.V6))
            parts.Add(_formulas.Is(new Condition.Names(Node(place.Below("propertyNames", names)))));
        foreach (string keyword in (string[])["dependencies", "dependentRequired", "dependentSchemas"])
        {
            if (!Has(place, keyword, out JsonElement dependencies, keyword == "dependencies" ? Draft.V4 : Draft.V2019)) continue;
            foreach (JsonProperty member in Members(place, keyword, dependencies))
            {
                Formula then = member.Value.ValueKind switch
                {
                    JsonValueKind.Array when keyword != "dependentSchemas" => _formulas.And([.. Strings(place, keyword, member.Value).Select(HasKey)]),
                    JsonValueKind.String when keyword == "dependencies" => HasKey(Values.Text(member.Value, place)),
                    _ when keyword != "dependentRequired" => FormulaOf(place.Below(keyword, dependencies).Below(member.Name, member.Value)),
                    _ => throw Error(place, keyword, "expected lists of names"),
                };
                parts.Add(Unless(JsonType.Object, _formulas.Or(_formulas.Not(HasKey(member.Name)), then)));
            }
        }
    }

    private void AddMembers(Place place, List<Formula> parts)
    {
        var schemas = new MemberSchemas();
        if (Has(place, "properties", out JsonElement properties))
        {
            Place below = place.Below("properties", properties);
            foreach (JsonProperty member in Members(place, "properties", properties))
                schemas.Named[member.Name] = Node(below.Below(member.Name, member.Value));
        }
        if (Has(place, "patternProperties", out JsonElement patterns))
        {
            Place below = place.Below("patternProperties", patterns);
            foreach (JsonProperty member in Members(place, "patternProperties", patterns))
                schemas.Patterns.Add((Pattern(place, "patternProperties", member.Name), Node(below.Below(member.Name, member.Value))));
        }
        if (Has(place, "additionalProperties", out JsonElement additional) && additional.ValueKind != JsonValueKind.True)
            schemas.Additional = Node(place.Below("additionalProperties", additional));
        if (schemas.Named.Count > 0 || schemas.Patterns.Count > 0 || schemas.Additional is not null) parts.Add(_formulas.Is(new Condition.Members(schemas)));
    }

    private void AddArrays(Place place, List<Formula> parts)
    {
        AddItems(place, parts);
        if (TryCount(place, "minItems", out int least)) parts.Add(AtLeast(JsonType.Array, least));
        if (TryCount(place, "maxItems", out int most)) parts.Add(Unless(JsonType.Array, _formulas.Not(AtLeast(JsonType.Array, most + 1))));
        if (Has(place, "uniqueItems", out JsonElement unique) && unique.ValueKind == JsonValueKind.True)
            parts.Add(_formulas.Is(new Condition.Unique()));
        if (!Has(place, "contains", out JsonElement contains, Draft.V6)) return;
        SchemaNode node = Node(place.Below("contains", contains));
        if (!TryCount(place, "minContains", out int fewest, Draft.V2019)) fewest = 1;
        parts.Add(_formulas.Is(new Condition.Contains(node, fewest)));
        if (TryCount(place, "maxContains", out int largest, Draft.V2019))
            parts.Add(Unless(JsonType.Array, _formulas.Not(_formulas.Is(new Condition.Contains(node, largest + 1)))));
    }

    private void AddItems(Place place, List<Formula> parts)
    {
        var schemas = new ElementSchemas();
        string rest = "items";
        bool hasItems = Has(place, "items", out JsonElement items), hasPrefix = Has(place, "prefixItems", out JsonElement prefix, Draft.V2020);
        if (!hasPrefix && hasItems && items.ValueKind == JsonValueKind.Array)
        {
            (hasPrefix, prefix, rest) = (true, items, "additionalItems");
            AddFirst("items");
        }
        else if (hasPrefix)
        {
            AddFirst("prefixItems");
        }
        if (Has(place, rest, out JsonElement others) && others.ValueKind != JsonValueKind.True) schemas.Rest = Node(place.Below(rest, others));
        if (schemas.First.Count > 0 || schemas.Rest is not null) parts.Add(_formulas.Is(new Condition.Elements(schemas, 0)));

        void AddFirst(string keyword)
        {
            int i = 0;
            foreach (JsonElement item in Items(place, keyword, prefix)) schemas.First.Add(Node(place.Below(keyword, prefix).Below(i++, item)));
        }
    }

    private void AddCombinations(Place place, List<Formula> parts)
    {
        if (Has(place, "allOf", out JsonElement all)) parts.Add(_formulas.And(Branches(place, "allOf", all)));
        if (Has(place, "anyOf", out JsonElement any)) parts.Add(_formulas.Or(Branches(place, "anyOf", any)));
        if (Has(place, "oneOf", out JsonElement one)) parts.Add(_formulas.ExactlyOne(Branches(place, "oneOf", one)));
        if (Has(place, "not", out JsonElement not)) parts.Add(_formulas.Not(FormulaOf(place.Below("not", not))));
        if (!Has(place, "if", out JsonElement condition, Draft.V7)) return;
        Formula test = FormulaOf(place.Below("if", condition));
        if (Has(place, "then", out JsonElement then)) parts.Add(_formulas.Or(_formulas.Not(test), FormulaOf(place.Below("then", then))));
        if (Has(place, "else", out JsonElement otherwise)) parts.Add(_formulas.Or(test, FormulaOf(place.Below("else", otherwise))));
    }

    private List<Formula> Branches(Place place, string keyword, JsonElement list)
    {
        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > MostBranches && keyword == "oneOf")
            throw Error(place, keyword, $"more than {MostBranches} branches are not supported");
        Place below = place.Below(keyword, list);
        return [.. Items(place, keyword, list).Select((item, i) => FormulaOf(below.Below(i, item)))];
    }
}
