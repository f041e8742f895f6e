using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Splits at punctuation: category P of Unicode 8 and the symbols of ASCII.</summary>
/// <param name="behavior">What becomes of the punctuation.</param>
[Key("Punctuation")]
internal sealed class PunctuationPreTokenizer(SplitBehavior behavior = SplitBehavior.Isolated) : PreTokenizer
{
    internal static readonly KindPattern Pattern = new(IsPunctuation);

    internal PunctuationPreTokenizer(JsonSection json)
        : this(Components.Behavior(json, SplitBehavior.Isolated))
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(Pattern, behavior);

    private static bool IsPunctuation(int c) =>
        c < 128 ? c is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~') : OldCategories.IsPunctuation(c);
}
