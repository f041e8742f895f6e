using System.Text.Json;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>Finds what <c>$ref</c> means: pointers, anchors and ids inside one document. Nothing is fetched.</summary>
internal sealed class References
{
    private const int Deepest = 500;
    private static readonly Uri Anonymous = new("bloomery:///schema");
    // What an id or anchor elsewhere says is no schema's name.
    private static readonly HashSet<string> Schemas =
    [
        "items", "prefixItems", "additionalItems", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else", "allOf", "anyOf", "oneOf",
        "unevaluatedItems", "unevaluatedProperties", "contentSchema",
    ];

    private static readonly HashSet<string> SchemaMaps =
        ["$defs", "definitions", "properties", "patternProperties", "dependencies", "dependentSchemas"];

    private readonly Draft _draft;
    private readonly Dictionary<string, Place> _known = new(StringComparer.Ordinal);

    public References(JsonElement root, Draft draft)
    {
        _draft = draft;
        Root = WithBase(new Place(root, "", Anonymous));
        _known[Anonymous.AbsoluteUri] = Root;
        _known.TryAdd(WithoutFragment(Root.Base), Root);
        Collect(Root, 0);
    }

    public Place Root { get; }

    /// <summary>The place with the address that its own id gives it.</summary>
    public Place WithBase(Place place)
    {
        if (place.Element.ValueKind != JsonValueKind.Object || _draft <= Draft.V7 && place.Element.TryGetProperty("$ref", out _)) return place;
        if (!place.Element.TryGetProperty(_draft == Draft.V4 ? "id" : "$id", out JsonElement id) || id.ValueKind != JsonValueKind.String) return place;
        string text = id.GetString()!;
        return text.StartsWith('#') || !Uri.TryCreate(place.Base, text, out Uri? address) ? place : place with { Base = address };
    }

    /// <summary>The schema that a reference at a place means.</summary>
    public Place Resolve(Place from, string reference)
    {
        if (!Uri.TryCreate(from.Base, reference, out Uri? address)) throw Unknown(from, reference);
        string fragment = Uri.UnescapeDataString(address.Fragment.TrimStart('#')), document = WithoutFragment(address);
        if (fragment.Length > 0 && !fragment.StartsWith('/'))
            return _known.TryGetValue($"{document}#{fragment}", out Place anchor) ? anchor : throw Unknown(from, reference);
        if (!_known.TryGetValue(document, out Place place)) throw Unknown(from, reference);
        if (fragment.Length == 0) return place;
        foreach (string raw in fragment[1..].Split('/'))
        {
            string name = raw.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (place.Element.ValueKind == JsonValueKind.Object && place.Element.TryGetProperty(name, out JsonElement member))
                place = place.Below(name, member);
            else if (place.Element.ValueKind == JsonValueKind.Array && int.TryParse(name, out int index) && (uint)index < (uint)place.Element.GetArrayLength())
                place = place.Below(index, place.Element[index]);
            else throw Unknown(from, reference);
            place = WithBase(place);
        }
        return place;
    }

    private static GrammarException Unknown(Place from, string reference) =>
        new($"$ref {reference} at {from.Name}: no such schema in this document (other documents are not fetched)");

    private static string WithoutFragment(Uri address) =>
        address.Fragment.Length == 0 ? address.AbsoluteUri.TrimEnd('#') : address.AbsoluteUri[..^address.Fragment.Length];

    private void Collect(Place place, int depth)
    {
        if (depth > Deepest) throw new GrammarException($"the schema is nested more than {Deepest} deep");
        if (place.Element.ValueKind == JsonValueKind.Array)
        {
            int i = 0;
            foreach (JsonElement item in place.Element.EnumerateArray()) Collect(place.Below(i++, item), depth + 1);
            return;
        }
        if (place.Element.ValueKind != JsonValueKind.Object) return;
        Place own = WithBase(place);
        if (own.Base != place.Base) _known.TryAdd(WithoutFragment(own.Base), own);
        foreach (JsonProperty member in own.Element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && member.Name is "$anchor" or "$dynamicAnchor")
                _known.TryAdd($"{WithoutFragment(own.Base)}#{member.Value.GetString()}", own);
            if (member.Value.ValueKind == JsonValueKind.String && member.Name is "$id" or "id" && member.Value.GetString()!.StartsWith('#'))
                _known.TryAdd($"{WithoutFragment(own.Base)}{member.Value.GetString()}", own);
            if (Schemas.Contains(member.Name)) Collect(own.Below(member.Name, member.Value), depth + 1);
            if (!SchemaMaps.Contains(member.Name) || member.Value.ValueKind != JsonValueKind.Object) continue;
            Place map = own.Below(member.Name, member.Value);
            foreach (JsonProperty entry in member.Value.EnumerateObject()) Collect(map.Below(entry.Name, entry.Value), depth + 2);
        }
    }
}
