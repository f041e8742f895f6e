using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Formats.Hub;

/// <summary>Chat templates that are files come with a model, also those in the folder for further ones.</summary>
public sealed class TemplateFileTests
{
    [Fact]
    public void TemplatesOfAModelAreSelected()
    {
        string[] wanted = ["additional_chat_templates/rag.jinja", "additional_chat_templates/tool_use.jinja", "chat_template.jinja", "model.safetensors"];
        string[] others = ["additional_chat_templates/notes.txt", "other/x.jinja", "additional_chat_templates/old/y.jinja", "README.md"];
        HubFile[] files = [.. wanted.Concat(others).Select(path => new HubFile(path, 1, null))];
        Assert.Equal(wanted, HubSelection.Select(HubName.Parse("hf:org/model"), files).Select(file => file.Path).Order(StringComparer.Ordinal));
    }
}
