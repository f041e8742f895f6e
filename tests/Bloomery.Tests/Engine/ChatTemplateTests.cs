using System.Text.Json.Nodes;
using Bloomery.Engine;
using Bloomery.Formats.ChatTemplates;
using Bloomery.Tests.Tokenizers;

namespace Bloomery.Tests.Engine;

/// <summary>Which template a model's prompts go through, and that nothing is lost on the way.</summary>
public sealed class ChatTemplateTests
{
    private const string Typed = "{% for m in messages %}<s>{{ m['content'][0]['text'] }}</s>{% endfor %}";

    [SkippableFact]
    public void ATemplateThatReadsPartsGetsThePrompt()
    {
        using Model model = Load(("chat_template.jinja", Typed));
        int[] ids = model.EncodePrompt("the </s>ll", new GenerationOptions { System = "be brief" });
        Assert.Equal("<s>be brief</s><s>the </s>ll</s>", model.Tokenizer.Decode(ids));
        ids = model.EncodeChat([new ChatMessage("user", "</s>")]);
        Assert.Equal((0, 1), (ids[0], ids[^1]));
        Assert.Single(ids, id => id == 1); // the one that the template puts there: what the user spells stays text
    }

    [SkippableFact]
    public void TheNameChoosesAmongSeveral()
    {
        using Model model = Load(
            ("chat_template.jinja", "d{{ messages[0].content }}"), ("additional_chat_templates/tool_use.jinja", "t{{ messages[0].content }}"));
        Assert.Equal("dhe", Text(model, null));
        Assert.Equal("the", Text(model, "tool_use"));
        Assert.Equal("t", model.FindChatTemplate(withTools: true)!.Render(Variables()).Text);
        Assert.Equal("d", model.FindChatTemplate()!.Render(Variables()).Text);
        Assert.Contains("there are: default, tool_use", Assert.Throws<ArgumentException>(() => Text(model, "rag")).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void AListWithoutADefaultIsNotTakenForNone()
    {
        using Model model = Load(("tokenizer_config.json", """{"chat_template": [{"name": "rag", "template": "r{{ messages[0].content }}"}]}"""));
        Assert.Contains("name one of: rag", Assert.Throws<InvalidOperationException>(() => Text(model, null)).Message, StringComparison.Ordinal);
        Assert.Equal("rhe", Text(model, "rag"));
        Assert.Equal("<s>he", model.Tokenizer.Decode(model.EncodePrompt("he", new GenerationOptions { Raw = true })));
    }

    [SkippableFact]
    public void TemplatesKnowAllSpecialTokens()
    {
        using Model model = Load(
            ("tokenizer_config.json", """{"bos_token": "<s>", "pad_token": "<|endoftext|>", "image_token": "<img>"}"""),
            ("chat_template.jinja", "{{ bos_token }}{{ pad_token }}{{ image_token }}{{ messages[0].content }}"));
        Assert.Equal("<s><|endoftext|><img>he", Text(model, null));
    }

    private static JsonObject Variables() => new() { ["messages"] = new JsonArray(new JsonObject()) };

    private static string Text(Model model, string? template) =>
        model.Tokenizer.Decode(model.EncodePrompt("he", new GenerationOptions { TemplateName = template }));

    private static Model Load(params (string Name, string Content)[] files)
    {
        SmallModels.NeedGolden("llama");
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("byte-level"));
        foreach (string name in (string[])["config.json", "model.safetensors"])
            File.Copy(Path.Combine(SmallModels.Golden("llama"), name), Path.Combine(directory.Path, name));
        foreach ((string name, string content) in files) directory.Place(name, content);
        Model model = Model.Load(directory.Path, new ModelOptions { Threads = 1 });
        _ = model.Tokenizer; // read while the files are there
        return model;
    }
}
