using System.Text;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Spells text in the byte-level alphabet.</summary>
[Key("ByteLevel")]
internal sealed class ByteLevelNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        text.Edit();
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            int bytes = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < bytes; i++) text.Put(ByteAlphabet.CharOf(utf8[i]), i == 0 ? 0 : 1);
        }
        text.Commit();
    }
}
