using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Replaces the matches of a pattern in each token by a text.</summary>
/// <param name="pattern">What to replace.</param>
/// <param name="content">What to put there.</param>
[Key("Replace")]
internal sealed class ReplaceDecoder(SplitPattern pattern, string content) : TokenDecoder
{
    internal ReplaceDecoder(JsonSection json)
        : this(Components.Pattern(json.Get("pattern")), json.Text("content"))
    {
    }

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) =>
        pattern is TextPattern { Content.Length: 1 } text ? new CharStage(next, text.Content[0], content) : new PatternStage(next, pattern, content);

    private sealed class CharStage(DecodeStage next, char from, string content) : ChainedStage(next)
    {
        public override void Text(ReadOnlySpan<char> text)
        {
            for (int at; (at = text.IndexOf(from)) >= 0; text = text[(at + 1)..])
            {
                if (at > 0) Next.Text(text[..at]);
                Next.Text(content);
            }
            if (text.Length > 0) Next.Text(text);
        }
    }

    private sealed class PatternStage(DecodeStage next, SplitPattern pattern, string content) : TokenStage(next)
    {
        protected override void Token(string token)
        {
            int done = 0;
            for (int last = -1; token.Length > 0 && pattern.FindNext(token, last, out int begin, out last); done = last)
            {
                Next.Text(token.AsSpan(done..begin));
                Next.Text(content);
            }
            Next.Text(token.AsSpan(done));
            Next.EndToken();
        }
    }
}
