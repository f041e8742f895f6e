using System.Globalization;
using System.Text;

namespace Bloomery.Formats.ChatTemplates.Builtins;

/// <summary>Classes of characters and changes of case as Python has them.</summary>
internal static class Characters
{
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsLineEnd(char c) => c is >= '\n' and <= '\r' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';

    public static string Upper(string text) => Change(text, CaseTables.Upper, static r => Rune.ToUpperInvariant(r));

    public static string Lower(string text)
    {
        if (text.AsSpan().IndexOfAny('\u0130', '\u03A3') < 0 && Ascii.IsValid(text)) return text.ToLowerInvariant();
        StringBuilder lower = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u0130') lower.Append("i\u0307");
            else if (text[i] == '\u03A3') lower.Append(IsFinalSigma(text, i) ? '\u03C2' : '\u03C3');
            else AppendRune(lower, text, ref i, static r => Rune.ToLowerInvariant(r));
        }
        return lower.ToString();
    }

    public static string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            // Cherokee folds to its capitals.
            if (text[i] is >= '\u13F8' and <= '\u13FD') folded.Append((char)(text[i] - 8));
            else if (text[i] is >= '\uAB70' and <= '\uABBF') folded.Append((char)(text[i] - 0xAB70 + 0x13A0));
            else if (text[i] is >= '\u13A0' and <= '\u13F5') folded.Append(text[i]);
            else if (CaseTables.Fold.TryGetValue(text[i], out string? special)) folded.Append(special);
            else if (text[i] == '\u0130') folded.Append("i\u0307");
            else AppendRune(folded, text, ref i, static r => Rune.ToLowerInvariant(r));
        }
        return folded.ToString();
    }

    /// <summary>The title case of a single character.</summary>
    public static string Title(string character) =>
        CaseTables.Title.TryGetValue(character[0], out string? special) ? special : Upper(character);

    /// <summary>The first character in title case, the others in lower case.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0) return text;
        int first = Values.CodePoints.LengthAt(text, 0);
        return Title(text[..first]) + Lower(text)[Lower(text[..first]).Length..];
    }

    /// <summary>Words, by what is cased and what is not, with their first character in title case.</summary>
    public static string TitleWords(string text)
    {
        StringBuilder title = new(text.Length);
        bool inWord = false;
        for (int i = 0; i < text.Length;)
        {
            int length = Values.CodePoints.LengthAt(text, i);
            string character = text.Substring(i, length);
            title.Append(inWord ? LowerAt(text, i, character) : Title(character));
            inWord = IsCased(text, i);
            i += length;
        }
        return title.ToString();
    }

    public static string SwapCase(string text)
    {
        StringBuilder swapped = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int length = Values.CodePoints.LengthAt(text, i);
            string character = text.Substring(i, length);
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            swapped.Append(category == UnicodeCategory.UppercaseLetter ? LowerAt(text, i, character) : category == UnicodeCategory.LowercaseLetter
                ? Upper(character) : character);
            i += length;
        }
        return swapped.ToString();
    }

    public static bool IsCased(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || text[index] is >= '\u2160' and <= '\u217F' or >= '\u24B6' and <= '\u24E9' or '\u00AA' or '\u00BA';

    public static bool IsUpper(string text, int index) =>
        CharUnicodeInfo.GetUnicodeCategory(text, index) == UnicodeCategory.UppercaseLetter
        || text[index] is >= '\u2160' and <= '\u216F' or >= '\u24B6' and <= '\u24CF';

    public static bool IsLower(string text, int index) =>
        CharUnicodeInfo.GetUnicodeCategory(text, index) == UnicodeCategory.LowercaseLetter
        || text[index] is >= '\u2170' and <= '\u217F' or >= '\u24D0' and <= '\u24E9' or '\u00AA' or '\u00BA';

    /// <summary>Whether <c>repr</c> shows the character as it is.</summary>
    public static bool IsPrintable(string text, int index)
    {
        if (text[index] is >= ' ' and < '\x7f') return true;
        return CharUnicodeInfo.GetUnicodeCategory(text, index) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }

    private static string LowerAt(string text, int index, string character) =>
        character == "\u03A3" && IsFinalSigma(text, index) ? "\u03C2" : Lower(character);

    private static string Change(string text, System.Collections.Frozen.FrozenDictionary<char, string> table, Func<Rune, Rune> simple)
    {
        if (Ascii.IsValid(text)) return text.ToUpperInvariant();
        StringBuilder changed = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (table.TryGetValue(text[i], out string? special)) changed.Append(special);
            else AppendRune(changed, text, ref i, simple);
        }
        return changed.ToString();
    }

    private static void AppendRune(StringBuilder to, string text, ref int index, Func<Rune, Rune> change)
    {
        if (Rune.TryGetRuneAt(text, index, out Rune rune))
        {
            to.Append(change(rune).ToString());
            index += rune.Utf16SequenceLength - 1;
        }
        else to.Append(text[index]);
    }

    private static bool IsFinalSigma(string text, int index)
    {
        int before = index - 1;
        while (before >= 0 && IsCaseIgnorable(text[before])) before--;
        if (before < 0 || !IsCased(text, before)) return false;
        int after = index + 1;
        while (after < text.Length && IsCaseIgnorable(text[after])) after++;
        return after >= text.Length || !IsCased(text, after);
    }

    private static bool IsCaseIgnorable(char c) => c is '\'' or '.' or ':' or '\u00B7' or '\u2019' || char.GetUnicodeCategory(c)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter
        or UnicodeCategory.ModifierSymbol;
}
