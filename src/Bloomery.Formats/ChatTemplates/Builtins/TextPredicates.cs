using System.Globalization;
using Bloomery.Formats.ChatTemplates.Values;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>The <c>is...</c> methods of Python strings.</summary>
internal static class TextPredicates
{
    // The ideographs that are numbers; .NET knows the numeric values of other characters only.
    private const string Numerals =
        "\u3007\u4E00\u4E8C\u4E09\u56DB\u4E94\u516D\u4E03\u516B\u4E5D\u5341\u767E\u5343\u4E07\u842C\u5104\u4EBF\u5146"
        + "\u96F6\u58F9\u8CB3\u8D30\u53C1\u8086\u4F0D\u9678\u9646\u67D2\u634C\u7396\u62FE\u4F70\u4EDF\u5169\u4E24\u5EFF\u5345";

    public static MethodTable All { get; } = new()
    {
        { "isspace", "", static (_, s, _) => Every(s, static (t, i) => Characters.IsSpace(t[i])) },
        { "isascii", "", static (_, s, _) => System.Text.Ascii.IsValid(((TextValue)s).Text) },
        { "isalpha", "", static (_, s, _) => Every(s, IsLetter) },
        { "isalnum", "", static (_, s, _) => Every(s, static (t, i) => IsLetter(t, i) || CharUnicodeInfo.GetNumericValue(t, i) >= 0) },
        { "isdecimal", "", static (_, s, _) => Every(s, static (t, i) => CharUnicodeInfo.GetUnicodeCategory(t, i) == UnicodeCategory.DecimalDigitNumber) },
        { "isdigit", "", static (_, s, _) => Every(s, static (t, i) => CharUnicodeInfo.GetDigitValue(t, i) >= 0) },
        { "isnumeric", "", static (_, s, _) => Every(s, static (t, i) => CharUnicodeInfo.GetNumericValue(t, i) is >= 0 or < -1 || Numerals.Contains(t[i])) },
        { "isprintable", "", static (_, s, _) => ((TextValue)s).Text.Length == 0 || Every(s, Characters.IsPrintable) },
        { "islower", "", static (_, s, _) => IsCase((TextValue)s, Characters.IsLower) },
        { "isupper", "", static (_, s, _) => IsCase((TextValue)s, Characters.IsUpper) },
        { "istitle", "", static (_, s, _) => IsTitle(((TextValue)s).Text) },
        { "isidentifier", "", static (_, s, _) => IsIdentifier(((TextValue)s).Text) },
    };

    public static bool IsCase(TextValue text, Func<string, int, bool> isCase)
    {
        bool any = false;
        for (int i = 0; i < text.Text.Length; i += CodePoints.LengthAt(text.Text, i))
        {
            if (!Characters.IsCased(text.Text, i)) continue;
            if (!isCase(text.Text, i)) return false;
            any = true;
        }
        return any;
    }

    private static bool Every(Value value, Func<string, int, bool> test)
    {
        string text = ((TextValue)value).Text;
        for (int i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
            if (!test(text, i)) return false;
        return text.Length > 0;
    }

    private static bool IsLetter(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    private static bool IsTitle(string text)
    {
        bool any = false;
        bool inWord = false;
        for (int i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            bool upper = Characters.IsUpper(text, i) || CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.TitlecaseLetter;
            bool lower = Characters.IsLower(text, i);
            if ((upper && inWord) || (lower && !inWord)) return false;
            inWord = upper || lower;
            any |= inWord;
        }
        return any;
    }

    private static bool IsIdentifier(string text)
    {
        for (int i = 0; i < text.Length; i += CodePoints.LengthAt(text, i))
        {
            bool start = text[i] == '_' || IsLetter(text, i) || CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.LetterNumber;
            bool part = start || CharUnicodeInfo.GetUnicodeCategory(text, i) is UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;
            if (i == 0 ? !start : !part) return false;
        }
        return text.Length > 0;
    }
}
