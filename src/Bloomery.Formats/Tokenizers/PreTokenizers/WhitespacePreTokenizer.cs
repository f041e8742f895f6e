using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Words, and runs of what is neither word nor space: <c>\w+|[^\w\s]+</c>; whitespace vanishes.</summary>
[Key("Whitespace")]
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    private static readonly WordPattern Pattern = new();

    /// <summary>Makes the pre-tokeniser.</summary>
    public WhitespacePreTokenizer()
    {
    }

    internal WhitespacePreTokenizer(JsonSection json) => _ = json;

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(Pattern, SplitBehavior.Removed, invert: true);
}
