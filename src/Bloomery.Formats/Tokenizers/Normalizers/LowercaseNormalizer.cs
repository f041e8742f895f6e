using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Lower-cases every character for itself.</summary>
[Key("Lowercase")]
internal sealed class LowercaseNormalizer : Normalizer
{
    /// <summary>Makes the normaliser.</summary>
    public LowercaseNormalizer()
    {
    }

    internal LowercaseNormalizer(JsonSection json) => _ = json;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => text.Lowercase();
}
