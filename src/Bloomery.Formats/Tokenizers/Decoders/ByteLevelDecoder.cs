using System.Text;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.Decoders;

/// <summary>Reads tokens as bytes in letters of <see cref="ByteAlphabet"/>; together they are UTF-8, of which each maximal invalid part is U+FFFD.</summary>
[Key("ByteLevel")]
internal sealed class ByteLevelDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override DecodeStage Start(DecodeStage next) => new Stage(next);

    private sealed class Stage(DecodeStage next) : TokenStage(next)
    {
        private readonly Decoder _utf8 = System.Text.Encoding.UTF8.GetDecoder();
        private char[] _chars = new char[64];
        private bool _any, _unfinished;

        public override bool IsBroken => _unfinished || base.IsBroken;

        public override void Finish()
        {
            Convert([], flush: true);
            if (_any) Next.EndToken();
            Next.Finish();
        }

        protected override void Token(string token)
        {
            _any = true;
            Convert(ByteAlphabet.Bytes(token), flush: false);
        }

        private void Convert(ReadOnlySpan<byte> bytes, bool flush)
        {
            if (_chars.Length < bytes.Length + 4) _chars = new char[bytes.Length + 4];
            int count = _utf8.GetChars(bytes, _chars, flush);
            if (count > 0) Next.Text(_chars.AsSpan(0, count));
            _unfinished = !flush && _utf8.GetCharCount([], flush: true) > 0;
        }
    }
}
