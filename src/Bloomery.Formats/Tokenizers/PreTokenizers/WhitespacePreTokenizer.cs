using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Words, and runs of what is neither word nor space: <c>\w+|[^\w\s]+</c>; whitespace vanishes.</summary>
[Key("Whitespace")]
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    private static readonly WordPattern Pattern = new();

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(Pattern, SplitBehavior.Removed, invert: true);
}
