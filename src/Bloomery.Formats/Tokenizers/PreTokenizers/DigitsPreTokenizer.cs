using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Cuts out numeric characters, ², ½ and Ⅷ among them.</summary>
/// <param name="individual">Whether each is a piece of its own.</param>
[Key("Digits")]
internal sealed class DigitsPreTokenizer(bool individual) : PreTokenizer
{
    private static readonly KindPattern Pattern = new(IsNumeric);

    internal DigitsPreTokenizer(JsonSection json)
        : this(json.Flag("individual_digits", false))
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces) => pieces.Split(Pattern, individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    // The reference counts those of Unicode 17, .NET those of 16.
    private static bool IsNumeric(int c) =>
        (CharKinds.Of(c) & CharKinds.Number) != 0 || c is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);
}
