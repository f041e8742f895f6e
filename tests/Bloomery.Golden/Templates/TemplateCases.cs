using System.Text.Json;
using Bloomery.Formats.ChatTemplates;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Templates;

/// <summary>The golden cases of chat templates, and how one is run.</summary>
internal static class TemplateCases
{
    public static readonly DateTime Now = new DateTime(2024, 7, 26, 13, 5, 9).AddMicroseconds(7);

    private static readonly string Folder = Path.Combine(TestPaths.Golden, "templates");

    public static List<JsonElement> Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, file)));
        return [.. document.RootElement.EnumerateArray().Select(static e => e.Clone())];
    }

    public static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) ? value.GetString()! : throw new KeyNotFoundException(name);

    /// <summary>What a template gave: its text, or its error.</summary>
    public static (string? Text, ChatTemplateException? Error) Render(string source, JsonElement variables, bool plain)
    {
        try
        {
            RenderedPrompt prompt = ChatTemplate.Parse(source, "golden").Render(variables, new RenderOptions { Now = Now, Plain = plain });
            CheckRanges(prompt);
            return (prompt.Text, null);
        }
        catch (ChatTemplateException e)
        {
            return (null, e);
        }
    }

    /// <summary>A line that says how a case failed, or null.</summary>
    public static string? Compare(JsonElement item, string? text, ChatTemplateException? error)
    {
        string id = Text(item, "id");
        if (item.TryGetProperty("expected", out JsonElement expected))
        {
            return text == expected.GetString()
                ? null
                : $"{id}\n  expected {JsonSerializer.Serialize(expected.GetString())}\n  got      "
                + $"{(text is null ? error!.Message : JsonSerializer.Serialize(text))}";
        }
        string wanted = Text(item, "error");
        if (error is null) return $"{id}\n  expected error {wanted}\n  got      {JsonSerializer.Serialize(text)}";
        return Text(item, "match") == "exact" && error.Message != wanted ? $"{id}\n  expected error {wanted}\n  got error      {error.Message}" : null;
    }

    private static void CheckRanges(RenderedPrompt prompt)
    {
        int last = 0;
        foreach ((int begin, int end) in prompt.PlainRanges)
        {
            Assert.InRange(begin, last, prompt.Text.Length);
            Assert.InRange(end, begin + 1, prompt.Text.Length);
            last = end;
        }
    }
}
