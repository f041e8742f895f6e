namespace Bloomery.Formats.Tokenizers;

/// <summary>
/// The byte-level alphabet of GPT-2: bytes 33-126, 161-172 and 174-255 stand for themselves, the other 68 in order are U+0100-U+0143.
/// </summary>
internal static class ByteAlphabet
{
    private const int Letters = 0x144;
    private static readonly char[] ToChar = MakeChars();
    private static readonly short[] ToByte = MakeBytes();

    /// <summary>The letter of a byte.</summary>
    public static char CharOf(byte value) => ToChar[value];

    /// <summary>The byte of a letter, or -1 outside the alphabet.</summary>
    public static int ByteOf(char letter) => letter < Letters ? ToByte[letter] : -1;

    /// <summary>The spelling of <paramref name="bytes"/>.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var letters = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++) letters[i] = ToChar[bytes[i]];
        return new string(letters);
    }

    /// <summary>The bytes of a spelling; text with a character outside the alphabet gives its own UTF-8.</summary>
    public static byte[] Bytes(string spelling)
    {
        var bytes = new byte[spelling.Length];
        for (int i = 0; i < spelling.Length; i++)
        {
            int value = ByteOf(spelling[i]);
            if (value < 0) return System.Text.Encoding.UTF8.GetBytes(spelling);
            bytes[i] = (byte)value;
        }
        return bytes;
    }

    private static char[] MakeChars()
    {
        var chars = new char[256];
        int next = 0x100;
        for (int b = 0; b < 256; b++) chars[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? (char)b : (char)next++;
        return chars;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Letters];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++) bytes[ToChar[b]] = (short)b;
        return bytes;
    }
}
