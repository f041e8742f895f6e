using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>One decoder after the other.</summary>
/// <param name="parts">The decoders.</param>
[Key("Sequence")]
internal sealed class SequenceDecoder(IReadOnlyList<TokenDecoder> parts) : TokenDecoder
{
    internal SequenceDecoder(JsonSection json)
        : this(Components.CreateAll(Components.Decoders, json, "decoders"))
    {
    }

    /// <summary>The decoders.</summary>
    public IReadOnlyList<TokenDecoder> Parts => parts;

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next)
    {
        for (int i = parts.Count - 1; i >= 0; i--) next = parts[i].Start(next);
        return next;
    }
}
