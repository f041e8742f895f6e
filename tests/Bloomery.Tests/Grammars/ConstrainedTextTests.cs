using System.Text.Json;
using System.Text.RegularExpressions;
using Bloomery.Engine.Stopping;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Grammars;

/// <summary>What the embedded model writes under a schema or pattern, at temperatures at which it would write anything.</summary>
public class ConstrainedTextTests
{
    private const string Person = """
        {"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["kind", "tall", "old"]}, "maxItems": 2}}, "required": ["name", "age"], "additionalProperties": false}
        """;

    [Fact]
    public void A_schema_holds_whatever_is_drawn()
    {
        using Model model = Load();
        int finished = 0;
        for (ulong seed = 0; seed < 6; seed++)
        {
            GenerationResult result = model.Generate("A person:", new GenerationOptions
            {
                JsonSchema = Person, Raw = true, Temperature = 1.5f, Seed = seed, MaxTokens = 80,
            });
            if (result.FinishReason != FinishReason.Stop) continue;
            finished++;
            using JsonDocument person = JsonDocument.Parse(result.Text);
            Assert.InRange(person.RootElement.GetProperty("name").GetString()!.Length, 0, 24);
            Assert.InRange(person.RootElement.GetProperty("age").GetInt32(), 0, 150);
            Assert.All(person.RootElement.EnumerateObject(), member => Assert.Contains(member.Name, (string[])["name", "age", "tags"]));
        }
        Assert.True(finished > 0, "no text was finished");
    }

    [Fact]
    public void A_pattern_holds_and_the_text_ends_with_it()
    {
        using Model model = Load();
        for (ulong seed = 0; seed < 4; seed++)
        {
            GenerationResult result = model.Generate("Call me:", new GenerationOptions
            {
                Regex = "\\+\\d{2}-\\d{3}-[a-c]{2,4}", Raw = true, Temperature = 1.5f, Seed = seed, MaxTokens = 40,
            });
            Assert.Equal(FinishReason.Stop, result.FinishReason);
            Assert.Matches(new Regex("^\\+[0-9]{2}-[0-9]{3}-[a-c]{2,4}\\z"), result.Text);
        }
    }

    [Theory]
    [InlineData("{\"unevaluatedItems\": false}", "unevaluatedItems")]
    [InlineData("{\"type\": ", "JsonSchema: not JSON")]
    public void What_cannot_be_followed_is_refused_before_anything_is_computed(string schema, string named)
    {
        using Model model = Load();
        var error = Assert.Throws<ArgumentException>(() => model.Begin([1], new GenerationOptions { JsonSchema = schema }));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Begin([1], new GenerationOptions { Regex = "a", JsonSchema = "{}" }));
        Assert.Throws<ArgumentException>(() => model.Begin([1], new GenerationOptions { Regex = "a", IgnoreEos = true }));
    }

    private static Model Load() => Model.Load(Path.Combine(TestPaths.Repository, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
}
