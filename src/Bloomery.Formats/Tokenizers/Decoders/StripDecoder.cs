using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Cuts a character off the ends of each token.</summary>
/// <param name="content">The character's code point.</param>
/// <param name="start">How many at most at the start.</param>
/// <param name="stop">How many at most at the end.</param>
[Key("Strip")]
internal sealed class StripDecoder(int content, int start, int stop) : TokenDecoder
{
    private readonly string _content = char.ConvertFromUtf32(content);

    internal StripDecoder(JsonSection json)
        : this(json.CodePoint("content", ' '), json.Count("start", 0), json.Count("stop", 0))
    {
    }

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next, _content, start, stop);

    // Holds back only what may have to go: the first characters while they are the content, and at most `stop` of the last.
    private sealed class Stage(DecodeStage next, string content, int start, int stop) : ChainedStage(next)
    {
        private int _cut;
        private int _held;

        public override void Text(ReadOnlySpan<char> text)
        {
            while (_cut < start && text.StartsWith(content, StringComparison.Ordinal))
            {
                text = text[content.Length..];
                _cut++;
            }
            if (text.Length == 0) return;
            _cut = start;
            int end = text.Length, trailing = 0;
            while (stop > 0 && text[..end].EndsWith(content, StringComparison.Ordinal))
            {
                end -= content.Length;
                trailing++;
            }
            if (end > 0)
            {
                GiveHeld(_held);
                Next.Text(text[..end]);
                _held = 0;
            }
            _held += trailing;
            GiveHeld(_held - stop);
        }

        public override void EndToken()
        {
            (_cut, _held) = (0, 0);
            Next.EndToken();
        }

        private void GiveHeld(int count)
        {
            for (; count > 0; count--, _held--) Next.Text(content);
        }
    }
}
