using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Steps that the scanners share.</summary>
internal static class Scan
{
    private const byte Classes = CharKinds.Letter | CharKinds.Number | CharKinds.Space;

    /// <summary>
    /// The end of the run of characters from <paramref name="at"/> on that are letters, numbers, or neither and no space: as <paramref name="kinds"/> says.
    /// </summary>
    public static int Run(ReadOnlySpan<char> text, int at, byte kinds)
    {
        while (at < text.Length && (CharKinds.At(text, at, out int units) & Classes) == kinds) at += units;
        return at;
    }

    /// <summary>The end of the run of whitespace from <paramref name="at"/> on.</summary>
    public static int SpaceRun(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && (CharKinds.At(text, at, out _) & CharKinds.Space) != 0) at++;
        return at;
    }

    /// <summary>What <c>\s+(?!\S)|\s+</c> takes: all whitespace at the end of the text, elsewhere all but the last, or a single one.</summary>
    public static int Spaces(ReadOnlySpan<char> text, int at)
    {
        int end = SpaceRun(text, at);
        return end == text.Length || end - at == 1 ? end : end - 1;
    }
}
