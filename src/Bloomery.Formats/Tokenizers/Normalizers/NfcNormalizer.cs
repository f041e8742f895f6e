using System.Text;
using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Unicode normalisation form C: composed.</summary>
[Key("NFC")]
internal sealed class NfcNormalizer : Normalizer
{
    /// <summary>Makes the normaliser.</summary>
    public NfcNormalizer()
    {
    }

    internal NfcNormalizer(JsonSection json) => _ = json;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (Ascii.IsValid(text.Text)) return;
        text.Rewrite(Normalization.Compose(Normalization.Decompose(text.Text, compatibility: false)));
    }
}
