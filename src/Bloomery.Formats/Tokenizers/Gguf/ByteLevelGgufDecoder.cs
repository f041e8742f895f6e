using System.Buffers;
using System.Text;

namespace Bloomery.Formats.Tokenizers.Gguf;

/// <summary>Joins the bytes of tokens and reads them as UTF-8: what is unfinished is held back, each maximal invalid part becomes one U+FFFD.</summary>
internal sealed class ByteLevelGgufDecoder(GgufTokenizer tokenizer, bool skipSpecial) : StreamingDecoder
{
    private readonly Decoder _utf8 = System.Text.Encoding.UTF8.GetDecoder();

    public override string Push(int id)
    {
        if (!tokenizer.IsSpecial(id)) return Decode(tokenizer.TokenBytes(id), flush: false);
        return skipSpecial ? "" : Decode(System.Text.Encoding.UTF8.GetBytes(tokenizer.IdToToken(id)!), flush: false);
    }

    public override string Finish() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        int most = bytes.Length + 4;        // what was held back adds at most a few
        char[]? rented = most > 256 ? ArrayPool<char>.Shared.Rent(most) : null;
        Span<char> chars = rented ?? stackalloc char[256];
        int count = _utf8.GetChars(bytes, chars, flush);
        string text = new(chars[..count]);
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        return text;
    }
}
