using System.Text;
using System.Text.Json.Nodes;
using Bloomery.Formats.ChatTemplates;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Bloomery.Tests.ChatTemplates;

/// <summary>Whatever the source, a template renders or fails with its own exception, and soon.</summary>
public sealed class RandomTemplateTests
{
    private static readonly string[] Pieces =
    [
        "{{ ", " }}", "{% ", " %}", "{# ", " #}", "{%- ", " -%}", "if ", "else", "elif ", "endif", "for ", " in ", "endfor", "set ", "endset",
        "macro ", "endmacro", "call ", "endcall", "filter ", "endfilter", "with ", "endwith", "raw", "endraw", "block b", "endblock", "generation",
        "endgeneration", "break", "continue", "x", "y", "loop", "self", "caller", "namespace()", "range(3)", "messages", ".role", "['content']", "(", ")",
        "[", "]", "{", "}", "|", "|upper", "|join(',')", "|map('string')", "|list", "|tojson(indent=1)", "|sort", "|batch(2)", "|first", " is ",
        "defined", "string", "not ", " and ", " or ", " + ", " - ", " * ", " ** ", " // ", " % ", " ~ ", " == ", " < ", "'a%sb'", "\"{}\"", "1", "2.5",
        "99999999999999999999", "none", "true", ",", ":", "=", ".", "\n", "\t", "é", "😀", "\\", "'", "\"", "*", "**", "[1:2]", "[::-1]",
        ".format(x)", ".split()",
    ];

    [Property(MaxTest = 2_000)]
    public Property TemplatesOfRandomPieces() => Prop.ForAll(
        Gen.ArrayOf(Gen.Elements(Pieces)).ToArbitrary(), static pieces => { RendersOrFails(string.Concat(pieces)); });

    [Property(MaxTest = 1_000)]
    public void ExpressionsOfRandomPieces(int seed)
    {
        Random random = new(seed);
        StringBuilder source = new("{{ x");
        for (int i = random.Next(12); i >= 0; i--) source.Append(Pieces[random.Next(39, Pieces.Length)]);
        RendersOrFails(source.Append(" }}").ToString());
    }

    [Property(MaxTest = 500)]
    public void RandomText(string? source) => RendersOrFails(source ?? "");

    [Fact]
    public void SomeOfThemRender()
    {
        Random random = new(1);
        int rendered = 0;
        for (int n = 0; n < 1_000; n++)
        {
            StringBuilder source = new("{{ x");
            for (int i = random.Next(4); i >= 0; i--) source.Append(Pieces[random.Next(39, Pieces.Length)]);
            if (RendersOrFails(source.Append(" }}").ToString())) rendered++;
        }
        Assert.InRange(rendered, 20, 980);
    }

    private static bool RendersOrFails(string source)
    {
        JsonObject variables = new()
        {
            ["x"] = "user text",
            ["y"] = new JsonArray(1, "b", null),
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hi" }),
        };
        try
        {
            RenderedPrompt prompt = ChatTemplate.Parse(source).Render(variables, new RenderOptions { MaxSteps = 50_000, MaxOutput = 100_000 });
            Assert.All(prompt.PlainRanges, range => Assert.InRange(range.End, range.Begin + 1, prompt.Text.Length));
            return true;
        }
        catch (ChatTemplateException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }
}
