using System.Globalization;
using System.Text;

namespace Bloomery.Formats.ChatTemplates.Syntax;

/// <summary>The escapes of string literals (Python's, but for names of characters).</summary>
internal static class StringEscapes
{
    /// <summary>The text that a literal's body stands for, or null where an escape is broken.</summary>
    public static string? Decode(string body)
    {
        if (!body.Contains('\\')) return body;
        StringBuilder text = new(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\')
            {
                text.Append(body[i]);
                continue;
            }
            if (++i >= body.Length) return null;
            char c = body[i];
            switch (c)
            {
                case '\n': break;
                case 'n': text.Append('\n'); break;
                case 't': text.Append('\t'); break;
                case 'r': text.Append('\r'); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'v': text.Append('\v'); break;
                case '\\' or '\'' or '"': text.Append(c); break;
                case 'x' or 'u' or 'U':
                    int length = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                    if (!AppendHex(text, body, i + 1, length)) return null;
                    i += length;
                    break;
                case >= '0' and <= '7':
                    int value = 0;
                    int end = Math.Min(i + 3, body.Length);
                    for (; i < end && body[i] is >= '0' and <= '7'; i++) value = (value * 8) + body[i] - '0';
                    i--;
                    text.Append((char)value);
                    break;
                case 'N': return null;
                default: text.Append('\\').Append(c); break;
            }
        }
        return text.ToString();
    }

    private static bool AppendHex(StringBuilder text, string body, int at, int length)
    {
        if (at + length > body.Length) return false;
        ReadOnlySpan<char> digits = body.AsSpan(at, length);
        if (!uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code) || code > 0x10FFFF) return false;
        if (code >= 0x10000) text.Append(char.ConvertFromUtf32((int)code));
        else text.Append((char)code);
        return true;
    }
}
