using System.Text;
using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Unicode normalisation form D: decomposed.</summary>
[Key("NFD")]
internal sealed class NfdNormalizer : Normalizer
{
    /// <summary>Makes the normaliser.</summary>
    public NfdNormalizer()
    {
    }

    internal NfdNormalizer(JsonSection json) => _ = json;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (Ascii.IsValid(text.Text)) return;
        text.Rewrite(Normalization.Decompose(text.Text, compatibility: false));
    }
}
