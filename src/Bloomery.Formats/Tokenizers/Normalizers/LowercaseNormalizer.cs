using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Lower-cases every character for itself.</summary>
[Key("Lowercase")]
internal sealed class LowercaseNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Lowercase();
}
