using System.Text;
using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Unicode normalisation form KD: compatibility variants replaced, decomposed.</summary>
[Key("NFKD")]
internal sealed class NfkdNormalizer : Normalizer
{
    /// <summary>Makes the normaliser.</summary>
    public NfkdNormalizer()
    {
    }

    internal NfkdNormalizer(JsonSection json) => _ = json;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (Ascii.IsValid(text.Text)) return;
        text.Rewrite(Normalization.Decompose(text.Text, compatibility: true));
    }
}
