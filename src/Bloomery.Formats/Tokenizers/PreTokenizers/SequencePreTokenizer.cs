using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>One pre-tokeniser after the other, each on the pieces of the one before.</summary>
/// <param name="parts">The pre-tokenisers.</param>
[Key("Sequence")]
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> parts) : PreTokenizer
{
    internal SequencePreTokenizer(JsonSection json)
        : this(Components.CreateAll(Components.PreTokenizers, json, "pretokenizers"))
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces)
    {
        foreach (PreTokenizer part in parts) part.Split(pieces);
    }
}
