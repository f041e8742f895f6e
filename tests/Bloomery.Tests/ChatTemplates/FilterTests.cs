using System.Text.Json.Nodes;
using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Tests.ChatTemplates;

/// <summary>Corners of filters and methods; every expectation is what Jinja2 3.1.6 on Python 3.11 answers.</summary>
public sealed class FilterTests
{
    [Theory]
    [InlineData("{{ ' a b  c '.split(none, 1) }}", "['a', 'b  c ']")]           // what is left keeps its space
    [InlineData("{{ ' a  b c '.rsplit(none, 1) }}", "[' a  b', 'c']")]
    [InlineData("{{ [none, none]|sort }}", "[None, None]")]                      // equal keys need no order
    [InlineData("{{ [x, y]|sort|length }}", "2")]
    [InlineData("{{ [{'a': none}, {'a': none}]|sort(attribute='a')|length }}", "2")]
    [InlineData("{{ [1, 2]|truncate(10) }}", "[1, 2]")]                          // short enough, whatever it is
    [InlineData("{{ nothing|truncate }}", "")]
    [InlineData("{{ 12|urlize }}", "12")]
    [InlineData("{{ '2048'|filesizeformat }}", "2.0 kB")]
    [InlineData("{{ '{:_}|{:5}|{}'.format(true, false, true) }}", "1|    0|True")]
    [InlineData("{{ ('ab'|safe)|list }}", "['a', 'b']")]
    [InlineData("{{ ('ab'|safe)[0] is escaped }}", "True")]
    [InlineData("{{ ('ab'|safe).partition('x') }}", "(Markup('ab'), Markup(''), Markup(''))")]
    [InlineData("{{ 'x\U0001F600y z'|wordwrap(5) }}", "x\U0001F600y z")]           // as wide as its characters
    [InlineData("{{ '\U0001F600\U0001F600\U0001F600'|wordwrap(2) }}", "\U0001F600\U0001F600\n\U0001F600")]
    [InlineData("{{ range(5)[::2] }}", "range(0, 5, 2)")]
    [InlineData("{{ range(5)[::-1] }}", "range(4, -1, -1)")]
    [InlineData("{{ [{'b': 1, 'a': 2}]|groupby('a')|pprint }}", "[(2, [{'b': 1, 'a': 2}])]")]
    public void Renders(string template, string expected) => Assert.Equal(expected, ChatTemplate.Parse(template).Render(new JsonObject()).Text);

    [Theory]
    [InlineData("{{ [1, 'a']|sort }}", "'<' not supported")]
    [InlineData("{{ ('abc' * 9).split()|truncate(0) }}", "expected length")]
    [InlineData("{{ 'x'|filesizeformat }}", "could not convert string to float: 'x'")]
    [InlineData("{{ []|filesizeformat }}", "not 'list'")]
    [InlineData("{{ '{:,}'.format('x') }}", "Cannot specify ',' with 's'.")]
    [InlineData("{{ '{:+}'.format('x') }}", "Sign not allowed")]
    [InlineData("{{ '{:#}'.format('x') }}", "Alternate form")]
    public void Refuses(string template, string mentions)
    {
        ChatTemplateException e = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(template).Render(new JsonObject()));
        Assert.Contains(mentions, e.Message, StringComparison.Ordinal);
    }
}
