using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Drops control characters and makes some others spaces, as neural translation models of SentencePiece do.</summary>
[Key("Nmt")]
internal sealed class NmtNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        text.Drop(static c => c is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F);
        text.Map(static c => c is 9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD
            ? ' '
            : c);
    }
}
