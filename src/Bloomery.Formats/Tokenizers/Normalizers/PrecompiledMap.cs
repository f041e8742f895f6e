using System.Buffers.Binary;

namespace Bloomery.Formats.Tokenizers.Normalizers;

/// <summary>
/// A compiled table of character replacements (formats.md, Precompiled): a double-array trie over UTF-8 keys and the
/// NUL-terminated UTF-8 replacements that it points to. Made by SentencePiece, embedded in <c>.model</c> files, in
/// <c>tokenizer.json</c> and in GGUF vocabularies. Immutable.
/// </summary>
internal sealed class PrecompiledMap
{
    private const uint KeyEndsHere = 1u << 8;
    private const uint ValueUnit = 1u << 31;
    private const uint LabelMask = ValueUnit | 0xFF;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private PrecompiledMap(uint[] units, byte[] replacements) => (_units, _replacements) = (units, replacements);

    /// <summary>Reads a table and checks that every key's replacement lies within it.</summary>
    /// <param name="blob">u32 length of the trie in bytes, the trie's u32 units, the replacements; little endian.</param>
    /// <param name="file">The file it came from, for messages.</param>
    /// <param name="subject">The field it came from, for messages.</param>
    /// <exception cref="ModelFormatException">The table contradicts itself.</exception>
    public static PrecompiledMap Parse(ReadOnlySpan<byte> blob, string file, string subject)
    {
        if (blob.Length < 4)
        {
            throw new ModelFormatException(file, subject, null, $"a table of {blob.Length} bytes, expected at least 4");
        }

        uint trieBytes = BinaryPrimitives.ReadUInt32LittleEndian(blob);
        if (trieBytes > blob.Length - 4 || trieBytes % 4 != 0 || trieBytes == 0)
        {
            throw new ModelFormatException(
                file, subject, null, $"a trie of {trieBytes} bytes in a table of {blob.Length}, expected a multiple of 4 that fits");
        }

        uint[] units = new uint[trieBytes / 4];
        for (int i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        byte[] replacements = blob[(int)(4 + trieBytes)..].ToArray();
        if (replacements.Length > 0 && replacements[^1] != 0)
        {
            throw new ModelFormatException(file, subject, null, "the last replacement does not end in NUL");
        }

        for (int i = 0; i < units.Length; i++)
        {
            uint unit = units[i];
            if ((unit & (ValueUnit | KeyEndsHere)) != KeyEndsHere) continue;
            uint value = (uint)i ^ Offset(unit);
            if (value >= (uint)units.Length || (units[value] & ~ValueUnit) >= (uint)replacements.Length)
            {
                throw new ModelFormatException(file, subject, null, $"trie unit {i} points outside the table");
            }
        }

        return new PrecompiledMap(units, replacements);
    }

    /// <summary>Finds the shortest key that <paramref name="text"/> starts with.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="keyLength">The key's length in bytes.</param>
    /// <param name="replacement">What stands in its place, UTF-8, possibly nothing.</param>
    public bool TryShortest(ReadOnlySpan<byte> text, out int keyLength, out ReadOnlySpan<byte> replacement) =>
        TryFind(text, longest: false, out keyLength, out replacement);

    /// <summary>Finds the longest key that <paramref name="text"/> starts with.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="keyLength">The key's length in bytes.</param>
    /// <param name="replacement">What stands in its place, UTF-8, possibly nothing.</param>
    public bool TryLongest(ReadOnlySpan<byte> text, out int keyLength, out ReadOnlySpan<byte> replacement) =>
        TryFind(text, longest: true, out keyLength, out replacement);

    private bool TryFind(ReadOnlySpan<byte> text, bool longest, out int keyLength, out ReadOnlySpan<byte> replacement)
    {
        uint[] units = _units;
        uint place = uint.MaxValue;
        keyLength = 0;
        uint p = Offset(units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            p ^= text[i];
            if (p >= (uint)units.Length) break;
            uint unit = units[p];
            if ((unit & LabelMask) != text[i]) break;
            p ^= Offset(unit);
            if ((unit & KeyEndsHere) == 0) continue;
            (place, keyLength) = (units[p] & ~ValueUnit, i + 1);    // in range: Parse has checked it
            if (!longest) break;
        }

        replacement = default;
        if (keyLength == 0) return false;
        replacement = _replacements.AsSpan((int)place);
        replacement = replacement[..replacement.IndexOf((byte)0)];
        return true;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);
}
