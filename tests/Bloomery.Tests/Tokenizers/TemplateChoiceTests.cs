using Bloomery.Conversion;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Formats.Tokenizers;
using Bloomery.Tests.Cli;
using Bloomery.Tests.Tokenizers.Gguf;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Which of a model's chat templates is taken, wherever they are stored.</summary>
public sealed class TemplateChoiceTests
{
    private const string List =
        """{"chat_template": [{"name": "rag", "template": "R"}, {"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}""";

    public static TheoryData<string> Places => ["list", "object", "files", "gguf", "files-and-config", "older"];

    [Theory]
    [MemberData(nameof(Places))]
    public void ToolsTakeTheTemplateForThem(string place)
    {
        using TokenizerDirectory directory = Make(place);
        TokenizerBundle bundle = directory.Load();
        Assert.Equal(["default", "rag", "tool_use"], bundle.ChatTemplates.Keys.Order());
        Assert.Equal(("D", "D", "T"), (bundle.ChatTemplate, bundle.FindTemplate(), bundle.FindTemplate(withTools: true)));
        Assert.Equal(("R", "R"), (bundle.FindTemplate("rag"), bundle.FindTemplate("rag", withTools: true)));
        Assert.Equal("D", bundle.FindTemplate("default", withTools: true));
        ArgumentException e = Assert.Throws<ArgumentException>(() => bundle.FindTemplate("nonsense"));
        Assert.Contains("there is no chat template 'nonsense'; there are: default, rag, tool_use", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "rag", "template": "R"}, {"name": "tool_use", "template": "T"}]}""", "rag, tool_use")]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "T"}]}""", "tool_use")]
    public void WithoutADefaultOneHasToBeNamed(string config, string names)
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel")).Place("tokenizer_config.json", config);
        TokenizerBundle bundle = directory.Load();
        Assert.Equal("T", bundle.FindTemplate(withTools: true));
        Assert.Equal("T", bundle.FindTemplate("tool_use"));
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => bundle.FindTemplate());
        Assert.Contains($"none of the chat templates is the default; name one of: {names}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModelWithoutTemplatesHasNone()
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel"))
            .Place("tokenizer_config.json", """{"chat_template": null}""");
        Assert.Null(directory.Load().FindTemplate());
        Assert.Null(directory.Load().FindTemplate(withTools: true));
        ArgumentException e = Assert.Throws<ArgumentException>(() => directory.Load().FindTemplate("default"));
        Assert.Contains("the model has none", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "default", "template": "A"}, {"name": "default", "template": "D"}]}""", "D", "D")]
    [InlineData("""
        {"chat_template": [{"name": "tool_use", "template": "A"}, {"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}
        """, "D", "T")]
    [InlineData("""{"chat_template": {"default": "A", "tool_use": "T", "default": "D"}}""", "D", "T")]
    public void OfARepeatedNameTheLastTemplateCounts(string config, string plain, string withTools)
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel")).Place("tokenizer_config.json", config);
        TokenizerBundle bundle = directory.Load();
        Assert.Equal((plain, withTools), (bundle.FindTemplate(), bundle.FindTemplate(withTools: true)));
    }

    [Theory]
    [InlineData("chat_template.jinja"), InlineData("additional_chat_templates/default.jinja")]
    public void ATemplateThatIsNotWhatItsByteOrderMarkSaysIsRefused(string file)
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel"))
            .Place(file, [0xFF, 0xFE, (byte)'A', 0, 0, 0xD8, (byte)'B', 0]);
        string message = Assert.Throws<ModelFormatException>(() => directory.Load()).Message;
        Assert.Contains($"{System.IO.Path.GetFileName(file)}: the bytes at offset 4 are no UTF-16, which its byte order mark promises", message,
            StringComparison.Ordinal);
        directory.Place(file, [0xFE, 0xFF, 0, (byte)'A', 0xD8, 0x3D, 0xDE, 0]);
        Assert.Equal("A\U0001F600", directory.Load().ChatTemplate);
    }

    /// <summary>As in the reference library, which then does not look at the configuration's.</summary>
    [Fact]
    public void AFileOfItsOwnReplacesTheConfigurationsList()
    {
        using TokenizerDirectory directory = TokenizerDirectory.With(SmallTokenizers.Json("wordlevel"))
            .Place("tokenizer_config.json", List).Place("chat_template.jinja", "J");
        TokenizerBundle bundle = directory.Load();
        Assert.Equal(["default"], bundle.ChatTemplates.Keys);
        Assert.Equal(("J", "J"), (bundle.FindTemplate(), bundle.FindTemplate(withTools: true)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void ConversionKeepsAllOfThem(string place)
    {
        if (place == "gguf") return;
        using TokenizerDirectory directory = Make(place);
        directory.Place("tokenizer.json", SmallTokenizers.Json("byte-level").ToJsonString());
        var writer = new GgufWriter();
        GgufTokenizerKeys.Write(writer, directory.Path, directory.Load().Tokenizer.VocabularySize, "llama", null);
        GgufMetadata metadata = writer.Metadata();
        TokenizerBundle converted = TokenizerLoader.Load(metadata);
        Assert.Equal(directory.Load().ChatTemplates.OrderBy(t => t.Key), converted.ChatTemplates.OrderBy(t => t.Key));
        Assert.Equal(["rag", "tool_use"], metadata.Get<GgufStrings>("tokenizer.chat_templates"));

        using var back = new TokenizerDirectory();
        TokenizerFiles.Write(metadata, back.Path, null);
        Assert.Equal(converted.ChatTemplates.OrderBy(t => t.Key), back.Load().ChatTemplates.OrderBy(t => t.Key));
    }

    [Fact]
    public void RenderTakesTheTemplateForToolsOrTheNamedOne()
    {
        using TokenizerDirectory directory = Make("list");
        Assert.Equal("D", Render("{}"));
        Assert.Equal("D", Render("""{"tools": null}"""));
        Assert.Equal("T", Render("""{"tools": [{"type": "function"}]}"""));
        Assert.Equal("T", Render("""{"tools": []}"""));
        Assert.Equal("R", Render("""{"tools": []}""", "--template-name", "rag"));
        CliRun wrong = CliRun.With("{}", null, "render", directory.Path, "--input", "-", "--template-name", "x").Expect(1);
        Assert.EndsWith("there is no chat template 'x'; there are: default, rag, tool_use", wrong.ErrorLine, StringComparison.Ordinal);

        string Render(string input, params string[] more) => CliRun.With(input, null, ["render", directory.Path, "--input", "-", .. more]).Expect(0).Output;
    }

    [Fact]
    public void RunAndChatLookForTheNameBeforeTheyLoadTheModel()
    {
        using TokenizerDirectory directory = Make("files");
        foreach (string[] verb in (string[][])[["run", "hi"], ["chat"]])
        {
            CliRun run = CliRun.With("", null, [.. verb, "-m", directory.Path, "--template-name", "x"]).Expect(1);
            Assert.EndsWith("there is no chat template 'x'; there are: default, rag, tool_use", run.ErrorLine, StringComparison.Ordinal);
        }
        string both = CliRun.Of("run", "hi", "--raw", "--template-name", "x").Expect(2).ErrorLine;
        Assert.Contains("--raw and --template-name exclude each other", both, StringComparison.Ordinal);
    }

    private static TokenizerDirectory Make(string place)
    {
        TokenizerDirectory directory = new();
        if (place == "gguf")
        {
            return directory.Place("model.gguf", Vocabularies.ByteLevel()
                .Set("tokenizer.chat_template", "D").Set("tokenizer.chat_template.rag", "R").Set("tokenizer.chat_template.tool_use", "T"));
        }

        directory.Place("tokenizer.json", SmallTokenizers.Json("wordlevel").ToJsonString());
        return place switch
        {
            "list" => directory.Place("tokenizer_config.json", List),
            "object" => directory.Place("tokenizer_config.json", """{"chat_template": {"default": "D", "rag": "R", "tool_use": "T"}}"""),
            "older" => directory.Place("chat_template.json", List),
            "files" => directory.Place("chat_template.jinja", "D")
                .Place("additional_chat_templates/rag.jinja", "R").Place("additional_chat_templates/tool_use.jinja", "T"),
            _ => directory.Place("tokenizer_config.json", """{"chat_template": "D"}""")
                .Place("additional_chat_templates/rag.jinja", "R").Place("additional_chat_templates/tool_use.jinja", "T"),
        };
    }
}
