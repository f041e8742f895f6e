using System.Text;
using Bloomery.Engine.Grammars;
using Bloomery.Engine.Grammars.Masks;

namespace Bloomery.Tests.Grammars;

/// <summary>A mask holds exactly the tokens that can be stepped over.</summary>
public class MaskTests
{
    [Theory]
    [InlineData("""{"type": "object", "properties": {"ab": {"type": "integer"}, "abc": {"type": "string", "maxLength": 4}}, "required": ["ab"]}""")]
    [InlineData("""{"type": "object", "additionalProperties": {"anyOf": [{"pattern": "^a"}, {"const": "x"}, {"type": "null"}]}, "maxProperties": 2}""")]
    [InlineData("""{"type": "array", "items": {"enum": ["x", "ab", 12, null]}, "uniqueItems": true}""")]
    [InlineData("""{"oneOf": [{"type": "string", "minLength": 3}, {"type": "string", "pattern": "b"}, {"type": "number"}]}""")]
    [InlineData("""{}""")]
    public void Equals_trying_every_token(string schema)
    {
        var random = new Random(7);
        var mask = new TokenMask(Texts.Trie.VocabularySize);
        for (int round = 0; round < 12; round++)
        {
            var matcher = new Matcher(Texts.Schema(schema), Texts.Trie);
            for (int step = 0; step < 25; step++)
            {
                matcher.Fill(mask);
                var position = matcher.Position;
                var allowed = new List<int>();
                for (int id = 0; id < mask.Size; id++)
                {
                    bool can = matcher.TryAccept(id);
                    matcher.Position = position;
                    Assert.True(can == mask[id], $"token {id} after {step} steps");
                    if (can) allowed.Add(id);
                }
                Assert.True(allowed.Count > 0 || matcher.MayEnd, "nothing may follow, and the text may not end");
                if (allowed.Count == 0) break;
                // Tokens of several bytes are few, and cross more borders.
                int[] long_ = [.. allowed.Where(id => id >= 256)];
                int next = long_.Length > 0 && random.Next(3) > 0 ? long_[random.Next(long_.Length)] : allowed[random.Next(allowed.Count)];
                Assert.True(matcher.TryAccept(next));
            }
        }
    }

    [Fact]
    public void Tokens_with_the_same_bytes_are_allowed_together()
    {
        var trie = new TokenTrie([[], [(byte)'7'], [(byte)'x'], [(byte)'7'], [(byte)'7', (byte)'1']]);
        var mask = new TokenMask(trie.VocabularySize);
        new Matcher(Texts.Schema("""{"type": "integer", "maximum": 70}"""), trie).Fill(mask);
        Assert.Equal([false, true, false, true, false], Enumerable.Range(0, 5).Select(id => mask[id]));
    }

    [Theory]
    [InlineData("""{"enum": ["abe"]}""", "\"ab", "e")]
    [InlineData("""{"const": "a/"}""", "\"a", "/")]
    [InlineData("""{"pattern": "^[a-z]$"}""", "\"", "abcdefghijklmnopqrstuvwxyz")]
    [InlineData("""{"properties": {"x": {}}, "required": ["x"], "additionalProperties": false}""", "{\"", "x")]
    [InlineData("""{"const": "\n"}""", "\"\\", "n")]
    public void What_is_written_spells_plain_characters_plainly(string schema, string before, string characters)
    {
        Grammar grammar = Texts.Schema(schema);
        var mask = new TokenMask(Texts.Trie.VocabularySize);
        var matcher = new Matcher(grammar, Texts.Trie, plain: true);
        Assert.True(matcher.TryAccept(Encoding.UTF8.GetBytes(before)));
        matcher.Fill(mask);
        Assert.Equal(characters.Order(), Enumerable.Range(0, 256).Where(id => mask[id]).Select(id => (char)id));
        // Any spelling is taken all the same.
        Assert.True(matcher.TryAccept(Encoding.UTF8.GetBytes(before.EndsWith('\\') ? $"u{(int)'\n':x4}" : $"\\u{(int)characters[0]:x4}")));
    }

    [Theory]
    [InlineData("""{"const": "a\u0001b"}""", """a\u0001b""")]
    [InlineData("""{"const": "\u0007"}""", """\u0007""")]
    public void What_only_digits_can_spell_is_spelled_by_digits(string schema, string text)
    {
        var mask = new TokenMask(Texts.Trie.VocabularySize);
        var matcher = new Matcher(Texts.Schema(schema), Texts.Trie, plain: true);
        foreach (byte value in Encoding.UTF8.GetBytes($"\"{text}\""))
        {
            matcher.Fill(mask);
            Assert.True(mask[value], $"'{(char)value}' is not offered");
            Assert.True(matcher.TryAccept([value]));
        }
        Assert.True(matcher.MayEnd);
    }
}
