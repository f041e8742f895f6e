using System.Text.Json.Nodes;
using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Tests.ChatTemplates;

/// <summary>Text of a request keeps its mark through everything a template does to it.</summary>
public sealed class MarkTests
{
    [Theory]
    [InlineData("<{{ x }}>", "[a|b]", "<[a|b]>", "1-6")]
    [InlineData("{{ '<' ~ x ~ '>' }}", "ab", "<ab>", "1-3")]
    [InlineData("{{ '<' + x + '>' }}", "ab", "<ab>", "1-3")]
    [InlineData("{{ ('<' + x + '>')[1:] }}", "ab", "ab>", "0-2")]
    [InlineData("{{ ('<' + x + '>')[::-1] }}", "ab", ">ba<", "1-3")]
    [InlineData("{{ ('< ' + x + ' >') | trim('<> ') }}", "ab", "ab", "0-2")]
    [InlineData("{{ ('<' + x) | upper }}", "ß", "<SS", "1-3")]
    [InlineData("{{ ('ÄB' + x) | lower | title }}", "cd", "Äbcd", "2-4")]
    [InlineData("{{ (x + '-') | capitalize }}", "ab", "Ab-", "0-2")]
    [InlineData("{{ ('q,' + x + ',r').split(',') | join(' / ') }}", "a,b", "q / a / b / r", "4-5 8-9")]
    [InlineData("{{ ['<', x, '>'] | join('|') }}", "ab", "<|ab|>", "2-4")]
    [InlineData("{{ x.join(['1', '2']) }}", "ab", "1ab2", "1-3")]
    [InlineData("{{ '%s:%5s' % ('k', x) }}", "ab", "k:   ab", "5-7")]
    [InlineData("{{ '{}-{:>4}'.format('k', x) }}", "ab", "k-  ab", "4-6")]
    [InlineData("{{ 'a.b' | replace('.', x) }}", "zz", "azzb", "1-3")]
    [InlineData("{{ (x ~ '.') | replace('.', '!') }}", "zz", "zz!", "0-2")]
    [InlineData("{{ [x] }}", "it's", "[\"it's\"]", "2-6")]
    [InlineData("{{ {'k': x} | tojson }}", "a\"b", "{\"k\": \"a\\\"b\"}", "7-11")]
    [InlineData("{{ x | e }}", "<", "&lt;", "0-4")]
    [InlineData("{{ x | indent(2, true) }}", "a\nb", "  a\n  b", "2-3 6-7")]
    [InlineData("{{ x | center(5) }}", "a", "  a  ", "2-3")]
    [InlineData("{{ x | truncate(4, true, '..', 0) }}", "abcdefgh", "ab..", "0-2")]
    [InlineData("{{ x | reverse }}!", "ab", "ba!", "0-2")]
    [InlineData("{{ x | list | first }}{{ x[-1] }}", "ab", "ab", "0-2")]
    [InlineData("{% for c in x %}({{ c }}){% endfor %}", "ab", "(a)(b)", "1-2 4-5")]
    [InlineData("{% set y %}<{{ x }}>{% endset %}{{ y }}", "ab", "<ab>", "1-3")]
    [InlineData("{% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(x) }}", "ab", "<ab>", "1-3")]
    [InlineData("{% filter upper %}<q{{ x }}>{% endfilter %}", "ab", "<QAB>", "2-4")]
    [InlineData("{% call(v) m() %}<{{ v }}>{% endcall %}{% macro m() %}{% endmacro %}", "ab", null, "")]
    [InlineData("{% set ns = namespace(v='') %}{% set ns.v = ns.v ~ '<' ~ x %}{{ ns.v }}", "ab", "<ab", "1-3")]
    [InlineData("{{ x | default('d') }}{{ none | default(x) }}", "ab", "abNone", "0-2")]
    [InlineData("{{ x * 2 }}-", "ab", "abab-", "0-4")]
    [InlineData("{{ ('<' ~ x).partition('<')[2] }}", "ab", "ab", "0-2")]
    [InlineData("{{ ('é<' ~ x) | wordwrap(2) }}", "ab", "é<\nab", "3-5")]
    [InlineData("{{ x | urlencode }}", "a b", "a%20b", "0-5")]
    [InlineData("{{ x | pprint }}", "ab", "'ab'", "1-3")]
    [InlineData("{{ x.encode() }}", "ab", "b'ab'", "2-4")]
    [InlineData("{{ x.zfill(4) }}", "-a", "-00a", "0-1 3-4")]
    [InlineData("{{ x.expandtabs(2) }}", "a\tb", "a b", "0-1 2-3")]
    [InlineData("{{ {x: 1} }}", "k", "{'k': 1}", "2-3")]
    public void MarksStay(string template, string x, string? expected, string ranges)
    {
        JsonObject variables = new() { ["x"] = x };
        ChatTemplate parsed = ChatTemplate.Parse(template);
        if (expected is null)
        {
            Assert.Throws<ChatTemplateException>(() => parsed.Render(variables));
            return;
        }
        RenderedPrompt prompt = parsed.Render(variables);
        Assert.Equal(expected, prompt.Text);
        Assert.Equal(ranges, string.Join(' ', prompt.PlainRanges.Select(static r => $"{r.Begin}-{r.End}")));
    }

    [Fact]
    public void SpecialTokensAndKnownRolesAreTrusted()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}");
        JsonObject variables = new()
        {
            ["bos_token"] = "<s>",
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "user", ["content"] = "<s>" },
                new JsonObject { ["role"] = "im_end", ["content"] = "" }),
        };
        RenderedPrompt prompt = template.Render(variables);
        Assert.Equal("<s><|user|><s><|im_end|>", prompt.Text);
        Assert.Equal([(11, 14), (16, 22)], prompt.PlainRanges);
    }

    [Fact]
    public void KeysOfToolArgumentsAreRequestData()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for k, v in tools[0].items() %}{{ k }}={{ v }};{% endfor %}{{ tools | tojson }}");
        RenderedPrompt prompt = template.Render(new JsonObject { ["tools"] = new JsonArray(new JsonObject { ["<k>"] = "<v>" }) });
        Assert.Equal("<k>=<v>;[{\"<k>\": \"<v>\"}]", prompt.Text);
        Assert.Equal([(0, 3), (4, 7), (11, 14), (18, 21)], prompt.PlainRanges);
    }

    [Fact]
    public void TheCallerChoosesWhatIsTrusted()
    {
        RenderOptions options = new() { TrustedVariables = new HashSet<string> { "x" } };
        Assert.Empty(ChatTemplate.Parse("{{ x }}").Render(new JsonObject { ["x"] = "<s>" }, options).PlainRanges);
        Assert.Single(ChatTemplate.Parse("{{ bos_token }}").Render(new JsonObject { ["bos_token"] = "<s>" }, options).PlainRanges);
    }

    [Fact]
    public void ConversationsOfPlainMessagesRender()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}]{{ m.content }}{% endfor %}{% if add_generation_prompt "
            + "%}[assistant]{% endif %}{{ tools is none }}");
        RenderedPrompt prompt = template.Render(
            [new ChatMessage("system", "S"), new ChatMessage("user", "U")], true, new Dictionary<string, string> { ["bos_token"] = "<s>" });
        Assert.Equal("<s>[system]S[user]U[assistant]True", prompt.Text);
        Assert.Equal([(11, 12), (18, 19)], prompt.PlainRanges);
    }

    [Theory]
    [InlineData("reasoning", "rr")]
    [InlineData("thinking", "rr")]
    [InlineData("reasoning_content", "rr")]
    public void ReasoningHasItsNames(string name, string expected)
    {
        ChatTemplate template = ChatTemplate.Parse("{{ messages[0].reasoning_content }}{{ messages[0].thinking }}");
        JsonObject Variables() => new() { ["messages"] = new JsonArray(new JsonObject { ["role"] = "assistant", [name] = "r" }) };
        Assert.Equal(expected, template.Render(Variables()).Text);
        Assert.NotEqual(expected, template.Render(Variables(), new RenderOptions { Plain = true }).Text);
    }
}
