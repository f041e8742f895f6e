using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>One normaliser after the other.</summary>
/// <param name="parts">The normalisers.</param>
[Key("Sequence")]
internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> parts) : Normalizer
{
    internal SequenceNormalizer(JsonSection json)
        : this(Components.CreateAll(Components.Normalizers, json, "normalizers"))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        foreach (Normalizer part in parts) part.Normalize(text);
    }
}
