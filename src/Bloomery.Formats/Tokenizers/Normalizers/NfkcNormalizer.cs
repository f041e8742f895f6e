using System.Text;
using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Unicode normalisation form KC: compatibility variants replaced, then composed.</summary>
[Key("NFKC")]
internal sealed class NfkcNormalizer : Normalizer
{
    /// <summary>Makes the normaliser.</summary>
    public NfkcNormalizer()
    {
    }

    internal NfkcNormalizer(JsonSection json) => _ = json;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (Ascii.IsValid(text.Text)) return;
        text.Rewrite(Normalization.Compose(Normalization.Decompose(text.Text, compatibility: true)));
    }
}
