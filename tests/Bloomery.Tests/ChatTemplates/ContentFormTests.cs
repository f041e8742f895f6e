using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Tests.ChatTemplates;

/// <summary>Whatever form a template reads content in, what messages say arrives, marked as theirs; or it fails.</summary>
public sealed class ContentFormTests
{
    private static readonly ChatMessage[] Conversation =
    [
        new("system", "Be <b>brief</b>."), new("user", "Hello [user]"), new("assistant", "Hi!\n"), new("tool", "42"), new("user", "  And? "),
    ];

    private const string All = "Be <b>brief</b>.|Hello [user]|Hi!\n|42|  And? ";

    [Theory]
    // as text
    [InlineData("{{ m.content }}", All)]
    [InlineData("{{ m['content'] | trim }}", "Be <b>brief</b>.|Hello [user]|Hi!|42|And?")]
    [InlineData("{% for c in m.content %}{{ c }}{% endfor %}", All)]
    // as parts
    [InlineData("{{ m.content[0].text }}", All)]
    [InlineData("{{ m['content'][0]['text'] }}", All)]
    [InlineData("{% for part in m['content'] %}{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}", All)]
    [InlineData("{{ m.content | selectattr('type', 'equalto', 'text') | map(attribute='text') | join('') }}", All)]
    [InlineData("{{ '' + m.content[0]['text'] }}", All)]
    [InlineData("{% if m.content is string %}{{ raise_exception('parts only') }}{% else %}{{ m.content[0].text }}{% endif %}", All)]
    // both
    [InlineData("{% if m.content is string %}{{ m.content }}{% else %}{{ m.content[0].text }}{% endif %}", All)]
    [InlineData("{% if m.content is iterable and m.content is not string %}!{{ m.content[0].text }}{% else %}{{ m.content }}{% endif %}", All)]
    // one form for one role, the other for the others
    [InlineData("{% if m.role == 'system' %}{{ m.content }}{% else %}{{ m.content[0].text }}{% endif %}", All)]
    [InlineData("{% if m.role == 'user' %}{{ m.content[0].text }}{% else %}{{ m.content }}{% endif %}", All)]
    [InlineData("{% if m.role == 'tool' %}{{ '' + m.content[0].text }}{% else %}{{ m.content }}{% endif %}", All)]
    [InlineData("{% if m.role == 'tool' %}{{ m.content | tojson }}{% else %}{{ m.content[0].text }}{% endif %}",
        "Be <b>brief</b>.|Hello [user]|Hi!\n|\"42\"|  And? ")]
    public void AllMessagesArrive(string content, string expected)
    {
        RenderedPrompt prompt = Template(content).Render(Conversation);
        Assert.Equal(expected, prompt.Text);
        // Control tokens that a message spells stay text: nothing of a message is outside of the marked ranges.
        string others = prompt.Text;
        foreach ((int begin, int end) in prompt.PlainRanges.Reverse()) others = others.Remove(begin, end - begin);
        Assert.Equal("||||", others.Replace("\"", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{{ m.content[0].text }}")]
    [InlineData("{% for part in m.content %}{{ part['text'] }}{% endfor %}")]
    public void EmptyMessagesComeInTheFormOfTheOthers(string content)
    {
        ChatMessage[] messages = [new("user", "a"), new("assistant", ""), new("user", "b")];
        Assert.Equal("a||b", Template(content).Render(messages).Text);
    }

    [Theory]
    [InlineData("{% if m.role != 'system' %}{{ m.content }}{% endif %}", "message 1 of 5 (system)")]
    [InlineData("{% if m.role != 'system' %}{{ m.content[0].text }}{% endif %}", "message 1 of 5 (system)")]
    [InlineData("{% if m.role in ['system', 'user'] %}{{ m.content }}{% endif %}", "message 3 of 5 (assistant)")]
    [InlineData("{% if loop.last %}{{ m.content }}{% endif %}", "message 1 of 5 (system)")]
    [InlineData("{% if m.role != 'tool' %}{{ m.content }}{% endif %}", "message 4 of 5 (tool)")]
    [InlineData("{{ m.text }}", "message 1 of 5 (system)")]
    [InlineData("", "message 1 of 5 (system)")]
    public void WhatATemplateLeavesOutIsAnError(string content, string place)
    {
        ChatTemplateException e = Assert.Throws<ChatTemplateException>(() => Template(content).Render(Conversation));
        Assert.Equal($"test: leaves out {place}, as text and as a list of parts; use another template, or go without that message", e.Message);
    }

    [Fact]
    public void WhatATemplateTakesAwayOnPurposeIsNotLost()
    {
        ChatTemplate template = Template("{{ m.content.split('</think>')[-1] }}");
        ChatMessage[] messages = [new("user", "a"), new("assistant", "<think>hm</think>b"), new("user", "c")];
        Assert.Equal("a|b|c", template.Render(messages).Text);
        messages[1] = new("assistant", "<think>only thoughts</think>");
        Assert.Equal("a||c", template.Render(messages).Text);
    }

    [Fact]
    public void OrderAndRepetitionDoNotMatter()
    {
        const string Source = "{% for m in messages[1:] %}{{ m.content }};{% endfor %}{{ messages[0].content }}";
        ChatMessage[] messages = [new("system", "hi"), new("user", "hi"), new("assistant", "hi there")];
        Assert.Equal("hi;hi there;hi", ChatTemplate.Parse(Source).Render(messages).Text);
    }

    [Theory]
    [InlineData("{{ raise_exception('no ' ~ m.role) }}", "no system")]
    [InlineData("{{ raise_exception('no') if '42' in m.content else m.content }}", "no")]
    public void WhatATemplateRaisesItselfIsHandedOn(string content, string message)
    {
        ChatTemplateException e = Assert.Throws<ChatTemplateException>(() => Template(content).Render(Conversation));
        Assert.Equal((ChatTemplateError.Raised, message), (e.Kind, e.Message));
    }

    private static ChatTemplate Template(string content) =>
        ChatTemplate.Parse("{% for m in messages %}" + content + "{% if not loop.last %}|{% endif %}{% endfor %}", "test");
}
