using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Bloomery.Formats;

/// <summary>
/// What Python's json reads and the platform's does not: NaN, Infinity and keys that are repeated.
/// Files without them, which are nearly all, are parsed as they stand.
/// </summary>
internal static class PythonJson
{
    /// <summary>The string that stands for NaN; it begins with a code point that is no character, so that no text is taken for it.</summary>
    public const string NotANumber = "\uFFFFNaN";

    // As long as the word that it replaces, so that places in messages stay true.
    private const string Infinity = "1e999   ";

    /// <summary>Parses UTF-8 without a byte order mark.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <param name="repeats">Whether repeated keys may stay, as looking for them takes longer than all the rest.</param>
    /// <exception cref="JsonException">Python would not read it either.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, int maxDepth, bool repeats)
    {
        JsonDocumentOptions options = new() { MaxDepth = maxDepth };
        try
        {
            return JsonDocument.Parse(utf8, options with { AllowDuplicateProperties = repeats });
        }
        catch (JsonException)
        {
            JsonDocument.Parse(Spell(utf8.Span, "0e0"u8), options).Dispose(); // throws with a place that holds for the file
            using JsonDocument spelled = JsonDocument.Parse(Spell(utf8.Span, "\"\uFFFFNaN\""u8), options);
            ArrayBufferWriter<byte> last = new();
            using (Utf8JsonWriter writer = new(last, new JsonWriterOptions { MaxDepth = maxDepth })) WriteLast(spelled.RootElement, writer);
            return JsonDocument.Parse(last.WrittenMemory, options);
        }
    }

    /// <summary>Whether an element is text, and not the NaN that a string stands for.</summary>
    public static bool IsText(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && !JsonMarshal.GetRawUtf8Value(element).SequenceEqual("\"\uFFFFNaN\""u8);

    /// <summary>JSON as people know it: with the names of the numbers that were spelled otherwise.</summary>
    public static string Show(string json) => json
        .Replace("\"\\uFFFFNaN\"", "NaN", StringComparison.Ordinal).Replace("\"\uFFFFNaN\"", "NaN", StringComparison.Ordinal)
        .Replace("1e999", "Infinity", StringComparison.Ordinal);

    /// <summary>Replaces the names of numbers outside of strings.</summary>
    private static byte[] Spell(ReadOnlySpan<byte> json, ReadOnlySpan<byte> notANumber)
    {
        ArrayBufferWriter<byte> result = new(json.Length + 16);
        int from = 0;
        for (int at = 0; at < json.Length;)
        {
            if (json[at] == '"')
            {
                at = EndOfString(json, at);
                continue;
            }
            // A word begins where no number or word goes on.
            bool begins = at == 0 || !(char.IsAsciiLetterOrDigit((char)json[at - 1]) || json[at - 1] is (byte)'.' or (byte)'+');
            ReadOnlySpan<byte> spelling = !begins ? default
                : json[at..].StartsWith("NaN"u8) ? notANumber
                : json[at..].StartsWith("Infinity"u8) ? "1e999   "u8 : default;
            if (spelling.IsEmpty)
            {
                at++;
                continue;
            }
            result.Write(json[from..at]);
            result.Write(spelling);
            from = at += json[at] == 'N' ? 3 : Infinity.Length;
        }
        result.Write(json[from..]);
        return result.WrittenSpan.ToArray();
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int at)
    {
        for (at++; at < json.Length && json[at] != '"'; at++)
            if (json[at] == '\\') at++;
        return at + 1;
    }

    private static void WriteLast(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
                foreach (JsonProperty member in element.EnumerateObject()) members[member.Name] = member.Value;
                writer.WriteStartObject();
                foreach ((string name, JsonElement value) in members)
                {
                    writer.WritePropertyName(name);
                    WriteLast(value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray()) WriteLast(item, writer);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
        }
    }
}
