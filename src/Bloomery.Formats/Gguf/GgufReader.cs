using System.Buffers.Binary;
using System.Text;

namespace Bloomery.Formats.Gguf;

/// <summary>A cursor over a file's first bytes that checks each step against what is left.</summary>
internal ref struct GgufReader(string file, ReadOnlySpan<byte> bytes, long fileLength)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The key or tensor that is being read, for messages.</summary>
    public string? Subject { get; set; }

    public int Position { get; private set; }

    public readonly string File { get; } = file;

    public readonly long FileLength { get; } = fileLength;

    public readonly long Left => FileLength - Position;

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>Steps over <paramref name="length"/> bytes and hands them out.</summary>
    public ReadOnlySpan<byte> Take(ulong length, string what)
    {
        if (length > (ulong)(_bytes.Length - Position)) TooShort(length, what);
        ReadOnlySpan<byte> taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    /// <summary>Reads the name of a key or tensor: at most <paramref name="limit"/> bytes of valid UTF-8.</summary>
    public string Name(int limit, string what)
    {
        int start = Position;
        ulong length = UInt64($"the length of {what}");
        if (length > (ulong)Left) TooShort(length, what);
        if (length > (ulong)limit) GgufThrow.Bad(File, Subject, start, $"{what} has {length} bytes; at most {limit} are allowed");
        ReadOnlySpan<byte> text = Take(length, what);
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            GgufThrow.Bad(File, Subject, start, $"{what} is not valid UTF-8");
            return "";
        }
    }

    /// <summary>Steps over <paramref name="count"/> strings.</summary>
    public void SkipStrings(int count)
    {
        ReadOnlySpan<byte> bytes = _bytes;
        int position = Position;
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length - position < 8) { Position = position; TooShort(8, $"the length of string {i}"); }
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes[position..]);
            position += 8;
            if (length > (ulong)(bytes.Length - position)) { Position = position; TooShort(length, $"string {i} of {count}"); }
            position += (int)length;
        }
        Position = position;
    }

    private readonly void TooShort(ulong needed, string what)
    {
        if (FileLength > _bytes.Length && needed <= (ulong)Left)
            GgufThrow.Bad(File, Subject, Position, "the metadata reaches beyond 2 GiB");
        GgufThrow.Truncated(File, Subject, Position, what, needed, Left);
    }
}
