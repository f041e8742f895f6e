using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Tests.ChatTemplates;

/// <summary>No template takes more time, memory or stack than a template may.</summary>
public sealed class BoundsTests
{
    public static TheoryData<string, string> Deep() => new()
    {
        { "parentheses", $"{{{{ {new string('(', 50_000)}1{new string(')', 50_000)} }}}}" },
        { "lists", $"{{{{ {new string('[', 50_000)}{new string(']', 50_000)} }}}}" },
        { "minus", $"{{{{ {new string('-', 20_000)}1 }}}}" },
        { "not", $"{{{{ {string.Concat(Enumerable.Repeat("not ", 20_000))}1 }}}}" },
        { "sum", $"{{{{ 1{string.Concat(Enumerable.Repeat(" + 1", 50_000))} }}}}" },
        { "attributes", $"{{{{ x{string.Concat(Enumerable.Repeat(".a", 50_000))} }}}}" },
        { "filters", $"{{{{ x{string.Concat(Enumerable.Repeat("|string", 50_000))} }}}}" },
        { "conditions", $"{{{{ {string.Concat(Enumerable.Repeat("1 if 0 else ", 20_000))} 2 }}}}" },
        { "ifs", string.Concat(Enumerable.Repeat("{% if 1 %}", 20_000)) },
        { "fors", string.Concat(Enumerable.Repeat("{% for i in [1] %}", 20_000)) },
        { "elements", $"{{{{ {string.Concat(Enumerable.Repeat("a[", 20_000))} }}}}" },
        { "calls", $"{{{{ {string.Concat(Enumerable.Repeat("f(", 20_000))} }}}}" },
    };

    [Theory]
    [MemberData(nameof(Deep))]
    public void DeepNestingIsAnError(string name, string source)
    {
        ChatTemplateException e = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(new JsonObject()));
        Assert.True(e.Message.Length < 200, $"{name}: {e.Message.Length} characters of message");
    }

    [Theory]
    [InlineData("{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}")]
    [InlineData("{% macro f() %}{% call f() %}{% endcall %}{% endmacro %}{{ f() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% block a %}{{ self.a() }}{% endblock %}")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l[0] }}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=(1,)) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}")]
    [InlineData("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ range(100001) }}")]
    [InlineData("{{ 'a' * 10 ** 10 }}")]
    [InlineData("{{ [0] * 10 ** 9 }}")]
    [InlineData("{{ 10 ** (10 ** 8) }}")]
    [InlineData("{% set ns = namespace(n=3) %}{% for i in range(90) %}{% set ns.n = ns.n * ns.n %}{% endfor %}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '%.999999999f' % 1 }}")]
    [InlineData("{{ '{:2000000000}'.format(1) }}")]
    [InlineData("{{ 'a' | center(2000000000) }}")]
    [InlineData("{{ 'a'.ljust(2000000000) }}")]
    [InlineData("{{ ('a' * 100000) | replace('a', 'b' * 100000) }}")]
    [InlineData("{{ ('a' * 100000) | replace('', 'b' * 100000) }}")]
    [InlineData("{{ ('a\n' * 1000) | indent(10000000) }}")]
    [InlineData("{{ [[[1]]] | tojson(indent=900000000) }}")]
    [InlineData("{{ [1] | batch(2000000000, 0) | list }}")]
    [InlineData("{{ [1] | slice(2000000000) | list }}")]
    [InlineData("{{ lipsum(n=100000000) }}")]
    [InlineData("{{ 'a\t'.expandtabs(2000000000) }}")]
    [InlineData("{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = ns.l + [('x' * 100000) ~ i] %}{% endfor %}")]
    public void HostileTemplatesEndWithAnError(string source)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(new JsonObject()));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    /// <summary>The limit is a number: where the stack of the caller's thread ends changes nothing.</summary>
    [Theory]
    [InlineData("{{ ns.l }}")]
    [InlineData("{{ ns.l | tojson }}")]
    [InlineData("{{ ns.l | pprint }}")]
    [InlineData("{{ ns.l == ns.m }}")]
    [InlineData("{{ ns.l < ns.m }}")]
    public void ValuesNestAThousandDeepOnAnyStack(string use)
    {
        Assert.Null(Render(300, 1 << 23));
        foreach (int stack in new[] { 1 << 23, 1 << 26 })
            Assert.Equal(ChatTemplateError.Limit, Assert.IsType<ChatTemplateException>(Render(1_100, stack)).Kind);

        Exception? Render(int depth, int stack)
        {
            Exception? error = null;
            string source = $"{{% set ns = namespace(l=[], m=[]) %}}{{% for i in range({depth}) %}}{{% set ns.l = [ns.l] %}}{{% set ns.m = "
                + $"[ns.m] %}}{{% endfor %}}{use}";
            Thread thread = new(() => error = Record.Exception(() => ChatTemplate.Parse(source).Render(new JsonObject())), stack);
            thread.Start();
            thread.Join();
            return error;
        }
    }

    [Fact]
    public void LimitsAreTheCallers()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for i in range(1000) %}0123456789{% endfor %}");
        Assert.Equal(10_000, template.Render(new JsonObject()).Text.Length);
        ChatTemplateException output = Assert.Throws<ChatTemplateException>(() => template.Render(new JsonObject(), new RenderOptions { MaxOutput = 9_999 }));
        ChatTemplateException steps = Assert.Throws<ChatTemplateException>(() => template.Render(new JsonObject(), new RenderOptions { MaxSteps = 1_000 }));
        Assert.Equal(ChatTemplateError.Limit, output.Kind);
        Assert.Equal(ChatTemplateError.Limit, steps.Kind);
    }

    [Fact]
    public void ErrorsSayWhatAndWhere()
    {
        ChatTemplateException raised = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("\n{{ raise_exception('no ' ~ x) }}", "t")
            .Render(new JsonObject { ["x"] = "way" }));
        Assert.Equal("no way", raised.Message);
        Assert.Equal(ChatTemplateError.Raised, raised.Kind);
        ChatTemplateException runtime = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("a\nb{{ x.y.z }}", "t")
            .Render(new JsonObject { ["x"] = new JsonObject() }));
        Assert.Equal("t, line 2: 'dict object' has no attribute 'y'", runtime.Message);
        ChatTemplateException syntax = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("a\n\n{% if %}", "t"));
        Assert.Equal(ChatTemplateError.Syntax, syntax.Kind);
        Assert.Equal(3, syntax.Line);
    }

    [Fact]
    public void HalfASurrogatePairIsAnError()
    {
        using JsonDocument document = JsonDocument.Parse("{\"x\": \"\\ud800\"}");
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{{ x }}").Render(document.RootElement));
    }

    [Fact]
    public void DeepVariablesAreAnError()
    {
        JsonNode deep = 1;
        for (int i = 0; i < 500; i++) deep = new JsonArray(deep);
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{{ x }}").Render(new JsonObject { ["x"] = deep }));
    }

    [Fact]
    public void VariablesMustBeAnObject()
    {
        using JsonDocument document = JsonDocument.Parse("[]");
        Assert.Throws<ArgumentException>(() => ChatTemplate.Parse("x").Render(document.RootElement));
    }
}
