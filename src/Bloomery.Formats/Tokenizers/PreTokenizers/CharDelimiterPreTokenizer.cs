using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Cuts at one character, which vanishes.</summary>
/// <param name="delimiter">The character's code point.</param>
[Key("CharDelimiterSplit")]
internal sealed class CharDelimiterPreTokenizer(int delimiter) : PreTokenizer
{
    private readonly KindPattern _pattern = new(c => c == delimiter);

    internal CharDelimiterPreTokenizer(JsonSection json)
        : this(json.Get("delimiter") is not null ? json.CodePoint("delimiter", 0) : 0)
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(_pattern, SplitBehavior.Removed);
}
