using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Puts a text in front, unless there is nothing to put it in front of.</summary>
/// <param name="prefix">The text.</param>
[Key("Prepend")]
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    internal PrependNormalizer(JsonSection json)
        : this(json.Text("prepend"))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (text.Length == 0 || prefix.Length == 0) return;
        text.Edit();
        foreach (System.Text.Rune rune in prefix.EnumerateRunes()) text.PutWithSpanOf(rune.Value, 0);
        text.Keep(text.Length);
        text.Commit();
    }
}
