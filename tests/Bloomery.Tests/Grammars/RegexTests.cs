using System.Text;
using System.Text.RegularExpressions;
using Bloomery.Engine.Grammars;

namespace Bloomery.Tests.Grammars;

/// <summary>Patterns against .NET's automaton, and by hand where that one cannot judge.</summary>
public class RegexTests
{
    private static readonly string[] Atoms = ["a", "b", "[ab]", "[^a]", ".", "\\d", "\\w", "\\s", "é", "[à-ü]", "(?:ab|b)", "(a|bc)", "1", "[^\\d]", "日"];
    private static readonly string[] Suffixes = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"];
    private static readonly string[] Characters = ["a", "b", "c", "1", " ", "é", "日", "ü", "\n", "-", "A"];

    [Fact]
    public void Random_patterns_agree_with_NonBacktracking()
    {
        var random = new Random(11);
        int accepted = 0, rejected = 0;
        for (int round = 0; round < 400; round++)
        {
            string pattern = Pattern(random, 3);
            // .NET looks at halves of surrogate pairs: what it calls one character is kept to the basic plane.
            var oracle = new Regex($"^(?:{pattern.Replace(".", "[^\\n\\r\u2028\u2029]", StringComparison.Ordinal)})\\z",
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            Grammar grammar = Grammar.OfRegex(pattern);
            for (int i = 0; i < 40; i++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => Characters[random.Next(Characters.Length)]));
                bool expected = oracle.IsMatch(text);
                Assert.True(expected == Texts.Accepts(grammar, text), $"{pattern} on '{text}': expected {expected}");
                if (expected) accepted++;
                else rejected++;
            }
        }
        Assert.True(accepted > 500 && rejected > 500, $"{accepted} accepted, {rejected} rejected");
    }

    [Theory]
    [InlineData("", "", "a")]
    [InlineData("a|b|", "a,b,", "ab")]
    [InlineData("(?=.*\\d)(?=.*[a-z])[a-z\\d]{3,5}", "a1b,12c,abcd1", "abc,123,a1,abcde1")]
    [InlineData("(?!admin$)\\w+", "adm,admins,x", "admin")]
    [InlineData("a(?=b)b", "ab", "a,b,abb")]
    [InlineData("\\u0041\\x42\\u{43}", "ABC", "abc")]
    [InlineData("\\p{Lu}\\p{L}*", "Éa,Z", "éA,1")]
    [InlineData("[^\\W_]+", "a1", "_,-")]
    [InlineData("x{0}y{2}", "yy", "xyy,y")]
    [InlineData("[\\]\\-a]+", "]-a", "b")]
    [InlineData(".", "\U0001F600,日", "\n,ab")]
    [InlineData("^ab$", "ab", "abc")]
    [InlineData("(^a|b)c$|d", "ac,bc,d", "c,dd")]
    public void By_hand(string pattern, string accepted, string rejected)
    {
        Grammar grammar = Grammar.OfRegex(pattern);
        Assert.All(accepted.Split(','), text => Assert.True(Texts.Accepts(grammar, text), text));
        Assert.All(rejected.Split(','), text => Assert.False(Texts.Accepts(grammar, text), text));
    }

    [Fact]
    public void A_brace_that_begins_no_quantifier_is_a_character() => Assert.True(Texts.Accepts(Grammar.OfRegex("a{,2}"), "a{,2}"));

    [Fact]
    public void A_pattern_that_needs_many_states_is_built_only_as_far_as_it_is_read()
    {
        Grammar grammar = Grammar.OfRegex("(a|b)*a(a|b){60}");
        Assert.True(Texts.Accepts(grammar, new string('a', 61)));
        Assert.False(Texts.Accepts(grammar, new string('b', 500)));
    }

    [Theory]
    [InlineData("a{30000}")]
    [InlineData("(?:\\d(?:\\.(?!$)|$)){4}")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("[z-a]")]
    [InlineData("a{3,2}")]
    [InlineData("\\")]
    [InlineData("(?<n>a)\\k<n>")]
    [InlineData("[^\\s\\S]")]
    public void Malformed_and_undecidable_ones_are_refused(string pattern) => Assert.Throws<GrammarException>(() => Grammar.OfRegex(pattern));

    private static string Pattern(Random random, int depth)
    {
        var text = new StringBuilder();
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            text.Append(depth > 0 && random.Next(4) == 0 ? $"(?:{Pattern(random, depth - 1)}|{Pattern(random, depth - 1)})" : Atoms[random.Next(Atoms.Length)]);
            text.Append(Suffixes[random.Next(Suffixes.Length)]);
        }
        // .NET's \d, \w and \s are Unicode's.
        return text.ToString().Replace("\\d", "0-9", StringComparison.Ordinal).Replace("[^0-9]", "[^0-9]", StringComparison.Ordinal)
            .Replace("\\w", "[A-Za-z0-9_]", StringComparison.Ordinal).Replace("\\s", "[ \\t\\n]", StringComparison.Ordinal);
    }
}
