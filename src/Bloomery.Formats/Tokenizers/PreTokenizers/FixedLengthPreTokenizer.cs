using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Cuts after every so many characters.</summary>
/// <param name="length">How many code points make a piece, at least 1; the last piece of a text may be shorter.</param>
[Key("FixedLength")]
internal sealed class FixedLengthPreTokenizer(int length) : PreTokenizer
{
    internal FixedLengthPreTokenizer(JsonSection json)
        : this(json.Count("length", 5))
    {
        if (json.Count("length", 5) == 0) throw json.Get("length").Error("a piece has at least one character");
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces)
    {
        pieces.SpellBytes();
        ReadOnlySpan<char> text = pieces.Text.Text;
        foreach (TextRange range in pieces.Ranges)
        {
            int begin = range.Begin, count = 0;
            for (int at = begin; at < range.End;)
            {
                at += char.IsHighSurrogate(text[at]) && at + 1 < range.End ? 2 : 1;
                if (++count < length) continue;
                pieces.Add(begin, at);
                (begin, count) = (at, 0);
            }
            pieces.Add(begin, range.End);
        }
        pieces.Advance();
    }
}
