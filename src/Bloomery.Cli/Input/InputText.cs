using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Bloomery.Cli.Framework;
using Bloomery.Formats;

namespace Bloomery.Cli.Input;

/// <summary>
/// Bytes that should be text. Without a byte order mark they are UTF-8, or they are refused; with one they are what it says: UTF-8, UTF-16 or
/// UTF-32.
/// </summary>
internal static class InputText
{
    private const int Looked = 4096;

    /// <summary>The text in UTF-8, without a byte order mark.</summary>
    /// <param name="bytes">What was read.</param>
    /// <param name="name">Where from, for messages.</param>
    /// <param name="at">The place of the first byte there.</param>
    /// <exception cref="CliException">The bytes are no text; the message says which.</exception>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> bytes, string name, long at = 0)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (at == 0 && MarkedText.Find(span) is { } mark)
            return MarkedText.Decode(span, mark, out byte[] utf8) is { } wrong ? throw new CliException($"{name}: {wrong}") : utf8;
        if (at == 0 && span.StartsWith("\uFEFF"u8)) (bytes, at) = (bytes[3..], 3);
        span = bytes.Span;
        int valid = ValidLength(span);
        bool binary = at <= 3 && LooksBinary(span);
        if (valid == span.Length && !binary) return bytes;
        if (at <= 3 && span is not [(byte)'<', ..] && ForeignContent.Describe(name, span) is { } other) throw new CliException($"{name}: {other}");
        string cause = valid < span.Length
            ? $"holds byte 0x{span[valid]:X2} at offset {at + valid}{Line(span[..valid], at)}, which is no UTF-8"
            : "is no text: a quarter of it is control characters";
        string advice = binary
            ? "if it is UTF-16 without a byte order mark, convert it first, as with: iconv -f UTF-16LE -t UTF-8"
            : "convert the text first, as with: iconv -f LATIN1 -t UTF-8";
        throw new CliException($"{name}: {cause}; {advice}");
    }

    /// <summary>The text.</summary>
    /// <inheritdoc cref="ToUtf8"/>
    public static string ToText(ReadOnlyMemory<byte> bytes, string name, long at = 0) => Encoding.UTF8.GetString(ToUtf8(bytes, name, at).Span);

    /// <summary>How many bytes from the begin are valid UTF-8.</summary>
    public static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) return bytes.Length;
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == OperationStatus.Done) at += length;
        return at;
    }

    /// <summary>Whether a quarter of the begin is control characters that no text has. UTF-16 without a mark often is valid UTF-8, and nonsense.</summary>
    private static bool LooksBinary(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, Looked)];
        int controls = 0;
        foreach (byte value in bytes)
            if (value is < 0x08 or > 0x0D and < 0x1B or > 0x1B and < 0x20) controls++;
        return controls >= 4 && controls > bytes.Length / 4;
    }

    private static string Line(ReadOnlySpan<byte> before, long at) => at > 3 ? "" : $" (line {before.Count((byte)'\n') + 1})";
}
