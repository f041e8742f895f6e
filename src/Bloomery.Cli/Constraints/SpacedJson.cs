using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bloomery.Cli.Constraints;

/// <summary>Writes JSON as most programs do: a space after commas and colons, keys in the order given, no escapes that are not needed.</summary>
internal static class SpacedJson
{
    /// <summary>The text of a value.</summary>
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(JsonElement value, StringBuilder text)
    {
        bool first = true;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (!first) text.Append(", ");
                    first = false;
                    Quote(member.Name, text);
                    text.Append(": ");
                    Write(member.Value, text);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    if (!first) text.Append(", ");
                    first = false;
                    Write(item, text);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                Quote(value.GetString()!, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void Quote(string content, StringBuilder text)
    {
        text.Append('"');
        foreach (char c in content)
        {
            int named = "\"\\\b\f\n\r\t".IndexOf(c, StringComparison.Ordinal);
            if (named >= 0) text.Append('\\').Append("\"\\bfnrt"[named]);
            else if (c < ' ') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }
        text.Append('"');
    }
}
