using System.Globalization;
using System.Text;

namespace Bloomery.Formats.Tokenizers.Unicode;

/// <summary>Kinds of characters, by table for the basic plane: what the scanners ask of each character.</summary>
internal static class CharKinds
{
    /// <summary>General category L.</summary>
    public const byte Letter = 1;

    /// <summary>General category N.</summary>
    public const byte Number = 2;

    /// <summary>The property White_Space.</summary>
    public const byte Space = 4;

    /// <summary>What <c>\w</c> means in Unicode: alphabetic, marks, decimal digits, connecting punctuation, joiners.</summary>
    public const byte Word = 8;

    /// <summary>General category M.</summary>
    public const byte Mark = 16;

    private static readonly byte[] Basic = MakeBasic();

    /// <summary>The kinds of the character at <paramref name="index"/> and its length in UTF-16 units.</summary>
    public static byte At(ReadOnlySpan<char> text, int index, out int units)
    {
        char c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            units = 2;
            return Of(char.ConvertToUtf32(c, text[index + 1]));
        }
        units = 1;
        return Basic[c];
    }

    /// <summary>The kinds of a code point.</summary>
    public static byte Of(int codePoint) => codePoint < 0x10000 ? Basic[codePoint] : Classify(codePoint);

    /// <summary>The kinds of the character that ends at <paramref name="end"/>.</summary>
    public static byte Before(ReadOnlySpan<char> text, int end) =>
        end >= 2 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2])
            ? Of(char.ConvertToUtf32(text[end - 2], text[end - 1]))
            : Basic[text[end - 1]];

    /// <summary>Whether a code point has the property White_Space.</summary>
    public static bool IsSpace(int codePoint) => (Of(codePoint) & Space) != 0;

    private static byte[] MakeBasic()
    {
        var kinds = new byte[0x10000];
        for (int c = 0; c < kinds.Length; c++) kinds[c] = Classify(c);
        return kinds;
    }

    private static byte Classify(int c)
    {
        byte kinds = CharUnicodeInfo.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter | Word,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Mark | Word,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber => Number | Word,
            UnicodeCategory.OtherNumber => Number,
            UnicodeCategory.ConnectorPunctuation => Word,
            _ => 0,
        };
        // Other_Alphabetic outside letters and marks, and Join_Control.
        if (c is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189)) kinds |= Word;
        if (Rune.IsValid(c) && Rune.IsWhiteSpace(new Rune(c))) kinds |= Space;
        return kinds;
    }
}
