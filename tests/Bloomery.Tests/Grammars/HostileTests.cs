using System.Text;
using Bloomery.Engine.Grammars;

namespace Bloomery.Tests.Grammars;

/// <summary>Schemas and patterns that are made to hurt: each is answered or refused soon, and none ends the process.</summary>
public class HostileTests
{
    [Fact]
    public void A_long_enum_is_one_trie()
    {
        string schema = "{\"enum\": [" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"value {i}\"")) + "]}";
        Grammar grammar = Texts.Schema(schema);
        Assert.True(Texts.Accepts(grammar, "\"value 19999\""));
        Assert.False(Texts.Accepts(grammar, "\"value 20000\""));
    }

    [Fact]
    public void Alternatives_of_alternatives_are_not_multiplied()
    {
        // Each level doubles: written out there would be 2^30 combinations.
        var schema = new StringBuilder("{\"type\": \"object\", \"allOf\": [");
        for (int i = 0; i < 30; i++)
            schema.Append(i == 0 ? "" : ",").Append($"{{\"anyOf\": [{{\"required\": [\"a{i}\"]}}, {{\"required\": [\"b{i}\"]}}]}}");
        Grammar grammar = Texts.Schema(schema.Append("]}").ToString());
        string members = string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"{(i % 2 == 0 ? 'a' : 'b')}{i}\": 1"));
        Assert.True(Texts.Accepts(grammar, "{" + members + "}"));
        Assert.False(Texts.Accepts(grammar, "{" + members.Replace("\"b29\"", "\"c29\"", StringComparison.Ordinal) + "}"));
    }

    [Fact]
    public void Many_exclusive_alternatives_are_taken_and_more_are_refused()
    {
        string Branches(int count) => "{\"oneOf\": [" + string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"const\": {i}}}")) + "]}";
        Grammar grammar = Texts.Schema(Branches(300));
        Assert.True(Texts.Accepts(grammar, "299"));
        Assert.False(Texts.Accepts(grammar, "300"));
        Assert.Contains("oneOf", Assert.Throws<GrammarException>(() => Texts.Schema(Branches(2000))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a?", 8000)]
    [InlineData("(a|b)", 3000)]
    [InlineData("[^x]*y", 500)]
    public void A_long_pattern_is_read_or_refused(string part, int count)
    {
        string pattern = string.Concat(Enumerable.Repeat(part, count));
        try
        {
            Texts.Accepts(Grammar.OfRegex(pattern), "aab");
        }
        catch (GrammarException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    [Fact]
    public void Nested_schemas_are_refused_where_they_are_too_deep()
    {
        string schema = string.Concat(Enumerable.Repeat("{\"not\": ", 50)) + "true" + new string('}', 50);
        Assert.True(Texts.Accepts(Texts.Schema(schema), "1"));
        Assert.Throws<GrammarException>(() => Texts.Schema(
            "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}, \"b\": {\"not\": {\"$ref\": \"#/$defs/a\"}}}}"));
    }

    [Fact]
    public void Brackets_without_end_stop_at_a_depth()
    {
        Grammar grammar = Texts.Schema("{}");
        Assert.True(Texts.Accepts(grammar, new string('[', 100) + new string(']', 100)));
        Assert.False(Texts.Accepts(grammar, new string('[', 5000) + new string(']', 5000)));
    }
}
