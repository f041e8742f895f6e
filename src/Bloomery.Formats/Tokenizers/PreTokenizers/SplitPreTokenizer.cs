using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Splits at a pattern.</summary>
/// <param name="pattern">What to look for.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether gaps count as matches and matches as gaps.</param>
[Key("Split")]
internal sealed class SplitPreTokenizer(SplitPattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    internal SplitPreTokenizer(JsonSection json)
        : this(Components.Pattern(json.Get("pattern")), Components.Behavior(json), json.Flag("invert", false))
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(pattern, behavior, invert);
}
