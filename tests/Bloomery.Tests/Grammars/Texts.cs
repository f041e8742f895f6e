using System.Text;
using System.Text.Json;
using Bloomery.Engine.Grammars;
using Bloomery.Engine.Grammars.Masks;

namespace Bloomery.Tests.Grammars;

/// <summary>What the tests of grammars share: a small vocabulary, and verdicts byte by byte.</summary>
internal static class Texts
{
    /// <summary>Every byte, and some tokens that cross the borders of strings, names and values.</summary>
    public static TokenTrie Trie { get; } = new(
    [
        .. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }),
        .. ((string[])["\"a", "ab", "abc", "\":", "\": ", "\": \"", "\",", "\"}", "},", "}]", "{\"", "[{", "true", "tru", "null", "12", "1.5",
            ", \"", " ", "  ", "\\n", "\\u00", "é", "ab\"",
            "b\": 1}", "x\"", "\"x\"", ":1,\"", "-", "0", "[]", "a\\", "日"]).Select(Encoding.UTF8.GetBytes),
    ]);

    public static Grammar Schema(string schema) => Grammar.OfSchema(JsonDocument.Parse(schema).RootElement);

    /// <summary>Whether the grammar takes the whole text.</summary>
    public static bool Accepts(Grammar grammar, string text)
    {
        var matcher = new Matcher(grammar, Trie);
        return matcher.TryAccept(Encoding.UTF8.GetBytes(text)) && matcher.MayEnd;
    }
}
