using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Bloomery.Formats;

/// <summary>
/// The one reader of JSON, as Python reads it, which is where these files come from: NaN and infinities are numbers,
/// of a key that is repeated the last value counts.
/// Depth and size are bounded, a byte order mark says what the encoding is, and every text that comes out is well-formed.
/// </summary>
internal static class JsonFile
{
    /// <summary>How deep files of a model may nest.</summary>
    public const int MaxDepth = 64;

    private const long MaxBytes = 64L << 20;

    /// <summary>Reads a file of a model.</summary>
    /// <exception cref="ModelFormatException">It is no JSON, or larger than <paramref name="maxBytes"/>.</exception>
    public static JsonDocument Read(string path, long maxBytes = MaxBytes) => Parse(ReadBytes(path, maxBytes), path);

    /// <summary>Reads a file that must hold an object.</summary>
    /// <exception cref="ModelFormatException">It does not.</exception>
    public static JsonObject ReadObject(string path)
    {
        using JsonDocument document = Read(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new ModelFormatException(path, null, null, "must hold a JSON object");
        return JsonObject.Create(document.RootElement.Clone())!;
    }

    /// <summary>Reads JSON from memory.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="repeats">Whether repeated keys may stay; the last is what is found by its name, but all are enumerated.</param>
    /// <exception cref="ModelFormatException">It is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string name, bool repeats = false)
    {
        int mark = utf8.Span.StartsWith("\uFEFF"u8) ? 3 : 0;
        if (WithoutMark(utf8, out utf8) is { } wrong) throw new ModelFormatException(name, null, null, wrong);
        if (TryParse(utf8, name, MaxDepth, repeats, out JsonDocument? document, out string? problem))
        {
            if (FindHalfPair(utf8.Span) is not (>= 0 and var at)) return document;
            document.Dispose();
            throw new ModelFormatException(name, null, mark + at, "a string holds half of a surrogate pair, which is no text");
        }
        throw new ModelFormatException(name, null, null, problem.StartsWith("not ", StringComparison.Ordinal) ? "is " + problem : problem);
    }

    /// <summary>Reads JSON from memory; strings may still hold halves of surrogate pairs.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="name">The file's name: what is wrong with a file may depend on where it lies.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <param name="document">The document.</param>
    /// <param name="problem">Why there is none.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8, string name, int maxDepth, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out string? problem)
    {
        document = null;
        problem = WithoutMark(utf8, out utf8);
        return problem is null && TryParse(utf8, name, maxDepth, repeats: false, out document, out problem);
    }

    private static bool TryParse(
        ReadOnlyMemory<byte> utf8, string name, int maxDepth, bool repeats, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)]
        out string? problem)
    {
        (document, problem) = (null, null);
        if (utf8.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0) problem = "is empty, expected JSON";
        else if (ForeignContent.Describe(name, utf8.Span) is { } other) problem = other;
        else if (!Utf8.IsValid(utf8.Span)) problem = $"not JSON: byte {FindInvalid(utf8.Span)} is not UTF-8";
        if (problem is not null) return false;
        try
        {
            document = PythonJson.Parse(utf8, maxDepth, repeats);
            return true;
        }
        catch (JsonException e)
        {
            problem = $"not JSON: {Problem.Describe(e)}";
            return false;
        }
        catch (InvalidOperationException)
        {
            problem = "not JSON: a name holds half of a surrogate pair, which is no text";
            return false;
        }
    }

    /// <summary>The whole of a file of at most so many bytes.</summary>
    /// <exception cref="ModelFormatException">It has more.</exception>
    public static byte[] ReadBytes(string path, long maxBytes = MaxBytes)
    {
        using (FileStream file = File.OpenRead(path))
            if (file.CanSeek && file.Length > maxBytes) throw new ModelFormatException(path, null, null, $"{file.Length} bytes, expected at most {maxBytes}");
        return File.ReadAllBytes(path);
    }

    /// <summary>A file that is text, such as a template.</summary>
    /// <exception cref="ModelFormatException">It is something else, or too large.</exception>
    public static string ReadText(string path)
    {
        ReadOnlySpan<byte> bytes = ReadBytes(path);
        if (ForeignContent.DescribePointer(path, bytes) is { } pointer) throw new ModelFormatException(path, null, null, pointer);
        if (WithoutMark(bytes.ToArray(), out ReadOnlyMemory<byte> utf8) is { } problem) throw new ModelFormatException(path, null, null, problem);
        bytes = utf8.Span;
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new ModelFormatException(path, null, FindInvalid(bytes), "is not UTF-8");
    }

    /// <summary>UTF-8 without the byte order mark, of which UTF-16 and UTF-32 have others.</summary>
    /// <returns>Null, or why the bytes are not what the mark says.</returns>
    private static string? WithoutMark(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> utf8)
    {
        utf8 = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        if (MarkedText.Find(bytes.Span) is not { } wide) return null;
        string? problem = MarkedText.Decode(bytes.Span, wide, out byte[] read);
        utf8 = read;
        return problem;
    }

    private static int FindInvalid(ReadOnlySpan<byte> utf8)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out int length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }

    /// <summary>Where an escape stands that is half of a surrogate pair; -1: nowhere.</summary>
    public static int FindHalfPair(ReadOnlySpan<byte> json)
    {
        for (int at = 0; json[at..].IndexOf((byte)'\\') is >= 0 and int next;)
        {
            at += next;
            if (Escape(json, at) is not { } unit || !char.IsSurrogate(unit))
            {
                at += 2;
                continue;
            }
            if (!char.IsHighSurrogate(unit) || Escape(json, at + 6) is not { } low || !char.IsLowSurrogate(low)) return at;
            at += 12;
        }
        return -1;
    }

    private static char? Escape(ReadOnlySpan<byte> json, int at) =>
        at + 6 <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
            && System.Buffers.Text.Utf8Parser.TryParse(json.Slice(at + 2, 4), out ushort unit, out int used, 'x') && used == 4
            ? (char)unit : null;
}
