using System.Globalization;
using System.Text;
using System.Text.Json;
using Bloomery.Engine.Grammars.Numbers;

namespace Bloomery.Engine.Grammars.Json;

/// <summary>JSON as it was written, and what it means.</summary>
internal static class JsonText
{
    /// <summary>The characters of a string's inside, in UTF-8.</summary>
    public static byte[] Decode(byte[] inside)
    {
        if (!inside.AsSpan().Contains((byte)'\\')) return inside;
        var reader = new Utf8JsonReader([(byte)'"', .. inside, (byte)'"']);
        reader.Read();
        return Encoding.UTF8.GetBytes(reader.GetString()!);
    }

    /// <summary>A spelling that equal values share: names sorted, 1 for 1.0.</summary>
    public static string Canonical(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1024 });
        var text = new StringBuilder();
        Write(document.RootElement, text);
        return text.ToString();
    }

    /// <summary>The same for a value that was parsed.</summary>
    public static void Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    text.Append(JsonSerializer.Serialize(member.Name)).Append(':');
                    Write(member.Value, text);
                    text.Append(',');
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(item, text);
                    text.Append(',');
                }
                text.Append(']');
                break;
            case JsonValueKind.Number when ExactDecimal.TryParse(value.GetRawText(), out ExactDecimal number):
                text.Append(CultureInfo.InvariantCulture, $"{(number.Negative ? "-" : "")}{number.Digits}e-{number.Scale}");
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(value.GetString()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
