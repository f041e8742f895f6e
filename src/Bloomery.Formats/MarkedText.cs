using System.Buffers.Binary;
using System.Text;

namespace Bloomery.Formats;

/// <summary>Text in UTF-16 or UTF-32, which a byte order mark says. It is read strictly: half of a pair is no text.</summary>
internal static class MarkedText
{
    /// <summary>The encoding of a mark other than UTF-8's, at the begin of <paramref name="bytes"/>; or null.</summary>
    public static Encoding? Find(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, 0, 0, ..] => new UTF32Encoding(bigEndian: false, byteOrderMark: true),
        [0, 0, 0xFE, 0xFF, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        [0xFF, 0xFE, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: true),
        [0xFE, 0xFF, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: true),
        _ => null,
    };

    /// <summary>Reads <paramref name="bytes"/>, which begin with the mark of <paramref name="encoding"/>.</summary>
    /// <returns>Null, or which bytes are no text.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes, Encoding encoding, out byte[] utf8)
    {
        var text = new StringBuilder(bytes.Length / 2);
        Span<char> pair = stackalloc char[2];
        for (int at = encoding.Preamble.Length, units; at < bytes.Length; at += encoding is UTF32Encoding ? 4 : 2 * units)
        {
            if (!TryRune(bytes[at..], encoding, out Rune rune))
            {
                utf8 = [];
                return $"the bytes at offset {at} are no {(encoding is UTF32Encoding ? "UTF-32" : "UTF-16")}, which its byte order mark promises; "
                    + "save the text anew, best in UTF-8";
            }
            units = rune.EncodeToUtf16(pair);
            text.Append(pair[..units]);
        }
        utf8 = Encoding.UTF8.GetBytes(text.ToString());
        return null;
    }

    /// <summary>Reads one character of UTF-16 or UTF-32.</summary>
    private static bool TryRune(ReadOnlySpan<byte> bytes, Encoding encoding, out Rune rune)
    {
        rune = default;
        bool big = encoding.Preamble[^1] == 0xFF;
        if (encoding is UTF32Encoding)
            return bytes.Length >= 4
                && Rune.TryCreate(big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes), out rune);
        if (bytes.Length < 2) return false;
        char first = Unit(bytes, big);
        return Rune.TryCreate(first, out rune) || (bytes.Length >= 4 && Rune.TryCreate(first, Unit(bytes[2..], big), out rune));
    }

    private static char Unit(ReadOnlySpan<byte> bytes, bool big) =>
        (char)(big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes));
}
