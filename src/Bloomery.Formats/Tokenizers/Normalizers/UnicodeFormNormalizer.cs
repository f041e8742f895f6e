using System.Text;
using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>The four normal forms of Unicode.</summary>
/// <param name="compatibility">Whether compatibility variants are replaced (the forms with a K).</param>
/// <param name="compose">Whether what was decomposed is composed (the forms with a C).</param>
[Key("NFC"), Key("NFD"), Key("NFKC"), Key("NFKD")]
internal sealed class UnicodeFormNormalizer(bool compatibility, bool compose) : Normalizer
{
    internal UnicodeFormNormalizer(JsonSection json)
        : this(json.Text("type").Contains('K', StringComparison.OrdinalIgnoreCase), json.Text("type").EndsWith("C", StringComparison.OrdinalIgnoreCase))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (Ascii.IsValid(text.Text)) return;
        List<(int CodePoint, int Change)> decomposed = Normalization.Decompose(text.Text, compatibility);
        text.Rewrite(compose ? Normalization.Compose(decomposed) : decomposed);
    }
}
