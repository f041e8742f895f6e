namespace Bloomery.Formats.Tokenizers.Patterns;

/// <summary>Matches a fixed text.</summary>
/// <param name="content">The text; an empty one matches nothing.</param>
internal sealed class TextPattern(string content) : SplitPattern
{
    /// <summary>The text.</summary>
    public string Content { get; } = content;

    /// <inheritdoc/>
    public override bool Find(ReadOnlySpan<char> text, int from, out int begin, out int end)
    {
        int at = Content.Length == 0 ? -1 : text[from..].IndexOf(Content, StringComparison.Ordinal);
        (begin, end) = (from + at, from + at + Content.Length);
        return at >= 0;
    }
}
