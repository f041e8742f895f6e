namespace Bloomery.Formats.ChatTemplates.Values;

/// <summary>Positions counted in code points, as Python does; a lone surrogate counts as one.</summary>
internal static class CodePoints
{
    public static int LengthAt(string text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = text.IndexOfAnyInRange('\uD800', '\uDBFF'); i >= 0 && i + 1 < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]))
            {
                count--;
                i++;
            }
        }
        return count;
    }

    /// <summary>The UTF-16 index of the code point at <paramref name="position"/>, which may be the end.</summary>
    public static int Index(string text, int position)
    {
        int index = 0;
        for (; position > 0 && index < text.Length; position--) index += LengthAt(text, index);
        return index;
    }

    /// <summary>How many code points lie before a UTF-16 index.</summary>
    public static int Position(string text, int index) => Count(text.AsSpan(0, index));
}
