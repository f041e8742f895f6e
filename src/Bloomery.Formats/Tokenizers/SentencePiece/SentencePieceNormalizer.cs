using System.Buffers;
using System.Text;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>
/// Brings text into the form that pieces are spelled in (formats.md, SentencePiece): user-defined symbols stay as they are, the
/// longest key of the character map is replaced at each place, extra spaces go, spaces become <c>▁</c>, and one is added.
/// </summary>
internal sealed class SentencePieceNormalizer(SentencePieceOptions options, PieceVocabulary vocabulary)
{
    private static readonly byte[] PlainSpace = " "u8.ToArray();

    private readonly ByteTrie? _symbols = options.MatchUserSymbols && vocabulary.UserSymbols.Any ? vocabulary.UserSymbols : null;

    /// <summary><c>▁</c>, U+2581.</summary>
    public static ReadOnlySpan<byte> Space => "▁"u8;

    private ReadOnlySpan<byte> OwnSpace => options.EscapeWhitespace ? Space : PlainSpace;

    /// <summary>Normalises a text.</summary>
    /// <param name="text">The text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="withOrigins">Whether to remember where each byte stems from, in code points of <paramref name="text"/>.</param>
    public NormalizedText Normalize(ReadOnlySpan<char> text, bool withOrigins)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(System.Text.Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            int length = System.Text.Encoding.UTF8.GetBytes(text, rented);
            return Normalize(rented.AsSpan(0, length), withOrigins);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private NormalizedText Normalize(ReadOnlySpan<byte> input, bool withOrigins)
    {
        var output = new NormalizedText(input.Length + (input.Length >> 1), withOrigins);
        int consumed = 0;       // in code points
        if (options.RemoveExtraWhitespace)
        {
            while (!input.IsEmpty && NextPart(input, out int taken).SequenceEqual(PlainSpace)) Consume(ref input, taken, ref consumed);
        }

        if (input.IsEmpty) return output;
        if (options.DummyPrefix && !options.WhitespaceAsSuffix) output.Append(OwnSpace, consumed);

        bool afterSpace = options.RemoveExtraWhitespace;
        while (!input.IsEmpty)
        {
            ReadOnlySpan<byte> part = NextPart(input, out int taken);
            if (afterSpace) part = part.TrimStart((byte)' ');
            if (!part.IsEmpty)
            {
                AppendEscaped(output, part, consumed);
                afterSpace = options.RemoveExtraWhitespace && part[^1] == ' ';
            }

            Consume(ref input, taken, ref consumed);
        }

        if (options.RemoveExtraWhitespace)
        {
            while (output.TryTrimEnd(OwnSpace, ref consumed))
            {
            }
        }

        if (options.DummyPrefix && options.WhitespaceAsSuffix) output.Append(OwnSpace, consumed);
        output.Close(consumed);
        return output;
    }

    /// <summary>What stands for the beginning of <paramref name="input"/>, and how many of its bytes that takes.</summary>
    private ReadOnlySpan<byte> NextPart(ReadOnlySpan<byte> input, out int taken)
    {
        if (_symbols is not null && (taken = _symbols.LongestPrefix(input, out _)) > 0) return input[..taken];
        if (options.Map is not null && options.Map.TryLongest(input, out taken, out ReadOnlySpan<byte> replacement)) return replacement;
        Rune.DecodeFromUtf8(input, out _, out taken);
        return input[..taken];
    }

    private void AppendEscaped(NormalizedText output, ReadOnlySpan<byte> part, int origin)
    {
        while (options.EscapeWhitespace)
        {
            int space = part.IndexOf((byte)' ');
            if (space < 0) break;
            output.Append(part[..space], origin);
            output.Append(Space, origin);
            part = part[(space + 1)..];
        }

        output.Append(part, origin);
    }

    private static void Consume(ref ReadOnlySpan<byte> input, int taken, ref int codePoints)
    {
        foreach (byte b in input[..taken])
        {
            if ((b & 0xC0) != 0x80) codePoints++;
        }

        input = input[taken..];
    }
}
