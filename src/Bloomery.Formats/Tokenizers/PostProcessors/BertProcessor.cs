using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>BERT's frame: CLS, the text, SEP; for two texts the second and its SEP are segment 1.</summary>
/// <param name="cls">The token in front.</param>
/// <param name="sep">The token behind each text.</param>
[Key("BertProcessing")]
internal sealed class BertProcessor(EncodedToken cls, EncodedToken sep) : PostProcessor
{
    internal BertProcessor(JsonSection json)
        : this(TokenOf(json.Get("cls")), TokenOf(json.Get("sep")))
    {
    }

    /// <inheritdoc/>
    public override List<TokenRun> Process(List<TokenRun> parts, bool addSpecial)
    {
        if (!addSpecial) return parts;
        var output = new List<TokenRun>();
        for (int i = 0; i < parts.Count; i++)
        {
            var run = new TokenRun();
            if (i == 0) run.Tokens.Add(cls);
            run.Tokens.AddRange(parts[i].Tokens);
            run.Tokens.Add(sep with { TypeId = i == 0 ? 0 : 1 });
            output.Add(run);
        }
        return output;
    }

    internal static EncodedToken TokenOf(JsonSection json) => json.Length == 2
        ? new EncodedToken(json.Item(1).AsCount(), json.Item(0).AsText(), 0, 0)
        : throw json.Error("expected [token, id]");
}
