using System.Text;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>Rewritings that several normalisers share.</summary>
internal static class TextRewriting
{
    /// <summary>Drops the characters for which <paramref name="drop"/> says so.</summary>
    public static void Drop(this AlignedText text, Func<int, bool> drop)
    {
        bool any = false;
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            if (!drop(rune.Value)) continue;
            any = true;
            break;
        }
        if (!any) return;
        text.Edit();
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            if (drop(rune.Value)) text.Skip(1);
            else text.Put(rune.Value, 0);
        }
        text.Commit();
    }

    /// <summary>Puts other characters in the place of single ones; mapping twice must be mapping once.</summary>
    public static void Map(this AlignedText text, Func<int, int> map)
    {
        if (text.TryOverwrite(map)) return;
        text.Edit();
        foreach (Rune rune in text.Text.EnumerateRunes()) text.Put(map(rune.Value), 0);
        text.Commit();
    }

    /// <summary>Replaces the whole text by (character, change) pairs.</summary>
    public static void Rewrite(this AlignedText text, List<(int CodePoint, int Change)> characters)
    {
        text.Edit();
        foreach ((int codePoint, int change) in characters) text.Put(codePoint, change);
        text.Commit();
    }

    /// <summary>Lower-cases character by character, without regard to neighbours.</summary>
    public static void Lowercase(this AlignedText text)
    {
        const int DottedCapitalI = 0x130, CombiningDot = 0x307;
        if (text.Text.IndexOf((char)DottedCapitalI) < 0)
        {
            text.Map(Lower);
            return;
        }
        text.Edit();
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            bool dotted = rune.Value == DottedCapitalI;
            text.Put(dotted ? 'i' : Lower(rune.Value), 0);
            if (dotted) text.Put(CombiningDot, 1);
        }
        text.Commit();
    }

    // The reference lower-cases as Unicode 17 does, .NET as 16.
    private static int Lower(int c) => c switch
    {
        0xA7CE or 0xA7D2 or 0xA7D4 => c + 1,
        >= 0x16EA0 and <= 0x16EB8 => c + 0x1B,
        _ => Rune.ToLowerInvariant(new Rune(c)).Value,
    };
}
