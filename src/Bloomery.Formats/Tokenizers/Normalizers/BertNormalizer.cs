using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Unicode;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>What BERT does to text: cleaning, spaces around CJK ideographs, accents off, lower case.</summary>
[Key("BertNormalizer")]
internal sealed class BertNormalizer : Normalizer
{
    private readonly bool _cleanText, _spaceIdeographs, _stripAccents, _lowercase;

    /// <summary>Makes the normaliser.</summary>
    /// <param name="cleanText">Whether control characters vanish and all whitespace becomes spaces.</param>
    /// <param name="spaceIdeographs">Whether CJK ideographs get spaces around.</param>
    /// <param name="stripAccents">Whether nonspacing marks vanish; null: as <paramref name="lowercase"/>.</param>
    /// <param name="lowercase">Whether to lower-case.</param>
    public BertNormalizer(bool cleanText = true, bool spaceIdeographs = true, bool? stripAccents = null, bool lowercase = true) =>
        (_cleanText, _spaceIdeographs, _stripAccents, _lowercase) = (cleanText, spaceIdeographs, stripAccents ?? lowercase, lowercase);

    internal BertNormalizer(JsonSection json)
        : this(json.Flag("clean_text", true), json.Flag("handle_chinese_chars", true), json.Find("strip_accents")?.AsFlag(), json.Flag("lowercase", true))
    {
    }

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        if (_cleanText)
        {
            text.Drop(static c => c is 0 or 0xFFFD || (c is not ('\t' or '\n' or '\r') && OldCategories.IsOther(c)));
            text.Map(static c => CharKinds.IsSpace(c) ? ' ' : c);
        }
        if (_spaceIdeographs) SpaceIdeographs(text);
        if (_stripAccents && !System.Text.Ascii.IsValid(text.Text))
        {
            text.Rewrite(Normalization.Decompose(text.Text, compatibility: false));
            text.Drop(OldCategories.IsNonspacingMark);
        }
        if (_lowercase) text.Lowercase();
    }

    private static void SpaceIdeographs(AlignedText text)
    {
        if (System.Text.Ascii.IsValid(text.Text)) return;
        text.Edit();
        foreach (System.Text.Rune rune in text.Text.EnumerateRunes())
        {
            bool spaced = IsIdeograph(rune.Value);
            if (spaced) text.Put(' ', 0);
            text.Put(rune.Value, spaced ? 1 : 0);
            if (spaced) text.Put(' ', 1);
        }
        text.Commit();
    }

    // The gap below 2B920 is the reference's.
    private static bool IsIdeograph(int c) => c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x2F800 and <= 0x2FA1F);
}
