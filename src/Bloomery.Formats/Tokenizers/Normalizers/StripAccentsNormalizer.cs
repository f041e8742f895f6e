using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Removes combining marks (category M of Unicode 9); does not decompose.</summary>
[Key("StripAccents")]
internal sealed class StripAccentsNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Drop(OldCategories.IsMark);
}
