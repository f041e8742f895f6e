using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Makes the suffix that ends words a space; in the last token it goes.</summary>
/// <param name="suffix">The suffix; an empty one is left alone.</param>
[Key("BPEDecoder")]
internal sealed class BpeDecoder(string suffix = "</w>") : TokenDecoder
{
    internal BpeDecoder(JsonSection json)
        : this(json.Text("suffix", "</w>")!)
    {
    }

    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next, suffix);

    // What stands behind the first suffix of a token depends on whether another token follows: it is held back.
    private sealed class Stage(DecodeStage next, string suffix) : TokenStage(next)
    {
        private string? _held;

        public override void Finish()
        {
            GiveHeld("");
            base.Finish();
        }

        protected override void Token(string token)
        {
            GiveHeld(" ");
            int at = suffix.Length == 0 ? -1 : token.IndexOf(suffix, StringComparison.Ordinal);
            Next.Text(token.AsSpan(0, at < 0 ? token.Length : at));
            _held = at < 0 ? "" : token[at..];
        }

        private void GiveHeld(string replacement)
        {
            if (_held is null) return;
            if (_held.Length > 0) Next.Text(_held.Replace(suffix, replacement, StringComparison.Ordinal));
            Next.EndToken();
            _held = null;
        }
    }
}
