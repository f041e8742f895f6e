using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Cuts at whitespace, which vanishes.</summary>
[Key("WhitespaceSplit")]
internal sealed class WhitespaceSplitPreTokenizer : PreTokenizer
{
    internal static readonly KindPattern Pattern = new(CharKinds.IsSpace);

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(Pattern, SplitBehavior.Removed);
}
