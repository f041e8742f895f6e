using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>RoBERTa's frame: CLS, the text, SEP; a second text stands between two more SEPs; all is segment 0.</summary>
/// <param name="cls">The token in front.</param>
/// <param name="sep">The token around texts.</param>
/// <param name="trimOffsets">Whether to trim the whitespace of tokens off their offsets.</param>
/// <param name="addPrefixSpace">Whether a single leading space may have been added and stays.</param>
[Key("RobertaProcessing")]
internal sealed class RobertaProcessor(EncodedToken cls, EncodedToken sep, bool trimOffsets, bool addPrefixSpace) : PostProcessor
{
    internal RobertaProcessor(JsonSection json)
        : this(BertProcessor.TokenOf(json.Get("cls")), BertProcessor.TokenOf(json.Get("sep")), json.Flag("trim_offsets", true),
            json.Flag("add_prefix_space", true))
    {
    }

    /// <inheritdoc/>
    public override List<TokenRun> Process(List<TokenRun> parts, bool addSpecial)
    {
        if (trimOffsets) OffsetTrimming.Trim(parts, addPrefixSpace);
        for (int i = 0; i < parts.Count; i++)
        {
            parts[i].SetType(0);
            if (!addSpecial) continue;
            parts[i].Tokens.Insert(0, i == 0 ? cls : sep);
            parts[i].Tokens.Add(sep);
        }
        return parts;
    }
}
