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
