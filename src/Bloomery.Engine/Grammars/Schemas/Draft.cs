using System.Text.Json;

namespace Bloomery.Engine.Grammars.Schemas;

/// <summary>The drafts of JSON Schema, by the order in which keywords came.</summary>
internal enum Draft
{
    V4 = 4,
    V6 = 6,
    V7 = 7,
    V2019 = 2019,
    V2020 = 2020,
}

/// <summary>Which draft a schema says it is of.</summary>
internal static class Drafts
{
    /// <summary>The draft that <c>$schema</c> names; without one, the newest.</summary>
    public static Draft Of(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$schema", out JsonElement value) || value.ValueKind != JsonValueKind.String)
            return Draft.V2020;
        string name = value.GetString()!;
        if (name.Contains("draft-04", StringComparison.Ordinal)) return Draft.V4;
        if (name.Contains("draft-06", StringComparison.Ordinal)) return Draft.V6;
        if (name.Contains("draft-07", StringComparison.Ordinal)) return Draft.V7;
        if (name.Contains("2019-09", StringComparison.Ordinal)) return Draft.V2019;
        foreach (string old in (string[])["draft-00", "draft-01", "draft-02", "draft-03"])
        {
            if (name.Contains(old, StringComparison.Ordinal)) throw new GrammarException($"$schema: {old} is not supported; draft-04 is the oldest");
        }
        // Another's dialect may drop keywords or give them other meanings.
        if (Uri.TryCreate(name, UriKind.Absolute, out Uri? dialect) && dialect.Scheme.StartsWith("http", StringComparison.Ordinal)
            && !dialect.Host.EndsWith("json-schema.org", StringComparison.Ordinal))
            throw new GrammarException($"$schema: {name} is no draft of JSON Schema that is known; leave it out to have the newest");
        return Draft.V2020;
    }
}
