using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>The scanner for <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : SplitPattern
{
    private const byte Classes = CharKinds.Word | CharKinds.Space;

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        begin = Scan.SpaceRun(text, from);
        end = begin;
        if (begin >= text.Length) return false;
        int kinds = CharKinds.At(text, begin, out _) & Classes;
        while (end < text.Length && (CharKinds.At(text, end, out int units) & Classes) == kinds) end += units;
        return true;
    }
}
