using System.Diagnostics;
using System.Text.Json;
using Bloomery.Formats.ChatTemplates;
using Bloomery.TestSupport;

namespace Bloomery.Golden.Templates;

/// <summary>Chat templates against what the reference implementation rendered.</summary>
public sealed class TemplateGoldenTests
{
    [SkippableFact]
    public void ChatTemplatesRenderAsTheReferenceDoes()
    {
        TestPaths.NeedsGolden("templates/chat_cases.json");
        Dictionary<string, string> sources = TemplateCases.Read("chat_templates.json")
            .ToDictionary(static t => TemplateCases.Text(t, "name"), static t => TemplateCases.Text(t, "template"));
        List<JsonElement> cases = TemplateCases.Read("chat_cases.json");
        Assert.NotEmpty(cases);
        Check(cases, item => TemplateCases.Render(sources[TemplateCases.Text(item, "template")], item.GetProperty("context"), plain: false));
    }

    /// <summary>What programs give as plain messages gives the same text, of every published template.</summary>
    [SkippableFact]
    public void PlainMessagesRenderAsTheReferenceDoes()
    {
        TestPaths.NeedsGolden("templates/chat_cases.json");
        Dictionary<string, string> sources = TemplateCases.Read("chat_templates.json")
            .ToDictionary(static t => TemplateCases.Text(t, "name"), static t => TemplateCases.Text(t, "template"));
        int compared = 0;
        foreach (JsonElement item in TemplateCases.Read("chat_cases.json"))
        {
            string name = TemplateCases.Text(item, "template");
            JsonElement context = item.GetProperty("context");
            if (name.StartsWith("own-", StringComparison.Ordinal) || !item.TryGetProperty("expected", out JsonElement expected) || !IsPlain(context)) continue;
            ChatMessage[] messages = [.. context.GetProperty("messages").EnumerateArray()
                .Select(m => new ChatMessage(TemplateCases.Text(m, "role"), TemplateCases.Text(m, "content")))];
            Dictionary<string, string> special = context.EnumerateObject()
                .Where(static p => p.Name.EndsWith("_token", StringComparison.Ordinal)).ToDictionary(static p => p.Name, static p => p.Value.GetString()!);
            bool generate = context.TryGetProperty("add_generation_prompt", out JsonElement flag) && flag.GetBoolean();
            ChatTemplate template = ChatTemplate.Parse(sources[name], name);
            try
            {
                Assert.Equal(expected.GetString(), template.Render(messages, generate, special, new RenderOptions { Now = TemplateCases.Now }).Text);
                compared++;
            }
            catch (ChatTemplateException e)
            {
                Assert.Contains("(narrator)", e.Message, StringComparison.Ordinal); // no role of theirs, which the reference drops without a word
            }
        }
        Assert.True(compared > 100, $"only {compared} cases");
    }

    private static bool IsPlain(JsonElement context) =>
        context.EnumerateObject().All(static p => p.Name is "messages" or "add_generation_prompt" || p.Name.EndsWith("_token", StringComparison.Ordinal))
        && context.GetProperty("messages").EnumerateArray()
        .All(static m => m.EnumerateObject().All(static p => p.Name is "role" or "content" && p.Value.ValueKind == JsonValueKind.String));

    [Fact]
    public void FeaturesRenderAsTheReferenceDoes()
    {
        List<JsonElement> cases = TemplateCases.Read("feature_cases.json");
        Assert.NotEmpty(cases);
        Check(cases, item => TemplateCases.Render(TemplateCases.Text(item, "template"), item.GetProperty("context"), plain: true));
    }

    [Fact]
    public void HostileTemplatesEndQuickly()
    {
        List<JsonElement> cases = TemplateCases.Read("sandbox_cases.json");
        Assert.NotEmpty(cases);
        List<string> failures = [];
        foreach (JsonElement item in cases)
        {
            string id = TemplateCases.Text(item, "id");
            Stopwatch watch = Stopwatch.StartNew();
            (string? text, ChatTemplateException? error) = TemplateCases.Render(TemplateCases.Text(item, "template"), item.GetProperty("context"), plain: true);
            if (watch.Elapsed > TimeSpan.FromSeconds(10)) failures.Add($"{id} took {watch.Elapsed}");
            if (error is not null) continue;
            string? rendered = item.TryGetProperty("python_rendered", out JsonElement python) ? python.GetString() : null;
            if (TemplateCases.Text(item, "want") == "refuse" ? text != rendered : rendered is not null && text != rendered)
                failures.Add($"{id}\n  expected an error{(rendered is null ? "" : $" or {rendered}")}\n  got {text?[..Math.Min(text.Length, 200)]}");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {cases.Count} failed:\n{string.Join('\n', failures)}");
    }

    private static void Check(List<JsonElement> cases, Func<JsonElement, (string? Text, ChatTemplateException? Error)> render)
    {
        List<string> failures = [];
        foreach (JsonElement item in cases)
        {
            (string? text, ChatTemplateException? error) = render(item);
            if (TemplateCases.Compare(item, text, error) is { } failure) failures.Add(failure);
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {cases.Count} failed:\n{string.Join('\n', failures)}");
    }
}
