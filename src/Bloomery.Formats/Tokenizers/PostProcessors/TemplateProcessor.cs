using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>A template of texts and special tokens, one for a single text and one for two.</summary>
[Key("TemplateProcessing")]
internal sealed class TemplateProcessor : PostProcessor
{
    private readonly List<Part> _single, _pair;

    internal TemplateProcessor(JsonSection json)
    {
        Dictionary<string, List<EncodedToken>> tokens = [];
        if (json.Find("special_tokens") is { } special)
            foreach ((string name, JsonSection value) in special.Members()) tokens[name] = TokensOf(value);
        _single = PartsOf(json.Get("single"), tokens);
        _pair = PartsOf(json.Get("pair"), tokens);
    }

    /// <inheritdoc/>
    public override List<TokenRun> Process(List<TokenRun> parts, bool addSpecial)
    {
        if (parts.Count > 2) throw new InvalidOperationException("a template joins one text or two, not the parts of another template");
        var output = new List<TokenRun>();
        foreach (Part part in parts.Count == 1 ? _single : _pair)
        {
            if (part.Text < 0 ? !addSpecial : part.Text >= parts.Count) continue;
            var run = new TokenRun { Tokens = [.. part.Text < 0 ? part.Tokens : parts[part.Text].Tokens] };
            run.SetType(part.TypeId);
            output.Add(run);
        }
        return output;
    }

    private static List<EncodedToken> TokensOf(JsonSection json)
    {
        JsonSection ids = json.Get("ids"), spellings = json.Get("tokens");
        if (ids.Length != spellings.Length) throw json.Error("'ids' and 'tokens' differ in length");
        return [.. ids.Items().Zip(spellings.Items(), (id, spelling) => new EncodedToken(id.AsCount(), spelling.AsText(), 0, 0))];
    }

    private static List<Part> PartsOf(JsonSection json, Dictionary<string, List<EncodedToken>> tokens)
    {
        var parts = new List<Part>();
        foreach (JsonSection item in json.Items())
        {
            if (item.Find("Sequence") is { } sequence)
            {
                int text = sequence.Text("id") switch
                {
                    "A" => 0,
                    "B" => 1,
                    string other => throw sequence.Get("id").Error($"'{other}' is neither A nor B"),
                };
                parts.Add(new Part(text, [], sequence.Count("type_id", 0)));
                continue;
            }
            JsonSection special = item.Find("SpecialToken") ?? throw item.Error("expected 'Sequence' or 'SpecialToken'");
            if (!tokens.TryGetValue(special.Text("id"), out List<EncodedToken>? added))
                throw special.Get("id").Error($"'{special.Text("id")}' is not among the template's special tokens");
            parts.Add(new Part(-1, added, special.Count("type_id", 0)));
        }
        return parts;
    }

    // Text: 0 or 1, -1 for special tokens.
    private sealed record Part(int Text, List<EncodedToken> Tokens, int TypeId);
}
