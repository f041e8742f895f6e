using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Bloomery.Tests.Tokenizers;

public sealed class RegexPatternTests
{
    [Theory]
    [InlineData("a|ab", "abab", "a,a")]
    [InlineData("ab|a", "aba", "ab,a")]
    [InlineData("a{2,3}", "aaaaaaa", "aaa,aaa")]
    [InlineData("a{2}", "aaaaa", "aa,aa")]
    [InlineData("a{,2}b", "aaab", "aab")]
    [InlineData("a+?", "aaa", "a,a,a")]
    [InlineData("a*?b", "aab", "aab")]
    [InlineData("(?:ab)+", "ababa", "abab")]
    [InlineData("(?:a|b)*c", "abbac", "abbac")]
    [InlineData("(a*)*b", "aab", "aab")]
    [InlineData("a++a", "aaa", "")]
    [InlineData("(?>a+)b", "aab", "aab")]
    [InlineData(@"\s+(?!\S)", "a  b  ", " ,  ")]
    [InlineData(@"(?<=a)b", "abcb", "b")]
    [InlineData(@"(?<!a)b", "abcb", "b")]
    [InlineData(@"(?<=aa|b)c", "aac bc ac", "c,c")]
    [InlineData(@"^a", "a\na", "a,a")]
    [InlineData(@"a$", "a\na", "a,a")]
    [InlineData(@"\Aa", "aa", "a")]
    [InlineData(@"a\z", "a\na", "a")]
    [InlineData(@"\bfoo\b", "foo food foo", "foo,foo")]
    [InlineData("(?i:ab)", "AbaBAB", "Ab,aB,AB")]
    [InlineData("(?i)k", "kK\u212A", "k,K,\u212A")]
    [InlineData("(?i:'s)", "'S'\u017F", "'S,'\u017F")]
    [InlineData("a(?i)b|c", "aBaCC", "aB,aC")]
    [InlineData("[a-c&&[^b]]+", "abcca", "a,cca")]
    [InlineData("[^a[bc]]+", "abxcy", "x,y")]
    [InlineData("[]a]+", "a]b", "a]")]
    [InlineData("[a-]+", "a-b", "a-")]
    [InlineData(@"[\]\-x]+", "x-]", "x-]")]
    [InlineData("[[:alpha:]]+", "ab1", "ab")]
    [InlineData("[[:^alpha:]]+", "ab1 ", "1 ")]
    [InlineData(@"[\x41-\x43]+", "ABCD", "ABC")]
    [InlineData(@"\x{1F600}", "x\U0001F600", "\U0001F600")]
    [InlineData(@"\u00e9+", "éé", "éé")]
    [InlineData(@"\p{L}", "\U0001D4B3\U00020BB7", "\U0001D4B3,\U00020BB7")]
    [InlineData(@"\p{^L}+", "a12b", "12")]
    [InlineData(@"\P{L}+", "a12b", "12")]
    [InlineData(@"\p{Lu}\p{Ll}*", "HelloWorld", "Hello,World")]
    [InlineData(@"\p{Han}+", "漢字かな", "漢字")]
    [InlineData(@"\d+", "12\u0663", "12\u0663")]
    [InlineData(@"\s+", "\u000B\u0085\u00A0\u1680\u2028\u202F\u3000", "\u000B\u0085\u00A0\u1680\u2028\u202F\u3000")]
    [InlineData(@"\s+", "\u001C\u180E\u200B\uFEFF", "")]
    [InlineData(".", "a\nb", "a,b")]
    [InlineData("(?m:.)", "a\nb", "a,\n,b")]
    [InlineData("(?x: a b # comment\n c)", "abc", "abc")]
    [InlineData("(?<name>a)b", "ab", "ab")]
    [InlineData("a(?#comment)b", "ab", "ab")]
    [InlineData("", "ab", ",,")]
    [InlineData("b*", "abb", ",bb")]
    public void Finds(string expression, string text, string expected)
    {
        var found = new List<string>();
        for (int last = -1; new RegexPattern(expression).FindNext(text, last, out int begin, out last);) found.Add(text[begin..last]);
        Assert.Equal(expected, string.Join(',', found));
    }

    [Theory]
    [InlineData("(", "group")]
    [InlineData(")", "')'")]
    [InlineData("[a", "class")]
    [InlineData("*a", "repeat")]
    [InlineData("{2}a", "repeat")]
    [InlineData("a|?", "repeat")]
    [InlineData("a{2000}", "repetitions")]
    [InlineData("(?:(?:(?:a{1000}b){1000}){1000}){1000}", "large")]
    [InlineData("(?:(?:(?:){1000}){1000}){1000}", "large")]
    [InlineData(@"(?<n>a)\1", "number")]
    [InlineData(@"\k<n>", "no group 'n'")]
    [InlineData(@"(?<n>a\g<n>?)", "calls itself")]
    [InlineData(@"a\y", @"\y")]
    [InlineData("(?~ab)", "(?~")]
    [InlineData("(?(1)a|b)", "(?(")]
    [InlineData("[]", "empty")]
    [InlineData("[[:alphabet:]]", "alphabet")]
    [InlineData(@"\p{IsHan}", "IsHan")]
    [InlineData(@"\xE9", "UTF-8")]
    [InlineData("(?#a", "comment")]
    [InlineData(@"\p{Klingon}", "Klingon")]
    [InlineData("[z-a]", "range")]
    [InlineData("\\", "lone")]
    [InlineData(@"\x{FFFFFFFF}", "code point")]
    public void Refuses(string expression, string mentions)
    {
        FormatException e = Assert.Throws<FormatException>(() => new RegexPattern(expression));
        Assert.Contains(mentions, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_deep_nesting() =>
        Assert.Throws<FormatException>(() => new RegexPattern(new string('(', 100_000) + new string(')', 100_000)));

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|a)*c")]
    [InlineData("(a|aa)+$")]
    [InlineData("(?:a*)*c")]
    [InlineData("(?=(a+)+$)x")]
    [InlineData("(?:a|a)+(?=c)")]
    [InlineData(@"(a+)+\1c")]
    public void Catastrophic_expressions_end(string expression)
    {
        // Where it takes too many steps nothing is found, as in the reference.
        new RegexPattern(expression).Find(new string('a', 60) + "b", 0, out _, out _);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        new RegexPattern(expression).Find(new string('a', 100_000) + "b", 0, out _, out _);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void What_one_search_remembers_is_nothing_to_the_next()
    {
        var pattern = new RegexPattern("(?:a|a)*c");
        string text = new('a', 10_000);
        Assert.False(pattern.Find(text, 0, out _, out _));
        Assert.True(pattern.Find(text + "c", 0, out int begin, out int end));
        Assert.Equal((0, 10_001), (begin, end));
        Assert.True(pattern.Find(text + "c", 5, out begin, out _));
        Assert.Equal(5, begin);
    }

    [Fact]
    public void A_long_run_that_leads_nowhere_is_passed_over_once()
    {
        string text = new string(' ', 1 << 20) + "x";
        Assert.False(new RegexPattern(@"\s+$").Find(text, 0, out _, out _));
        Assert.True(new RegexPattern(@"\s+x").Find("\n \U0001F600 " + text, 0, out int begin, out _));
        Assert.Equal(4, begin);
    }

    [Property(MaxTest = 500)]
    public Property Scanners_agree_with_the_expressions_they_translate() => Prop.ForAll(Texts.Arbitrary(), text =>
    {
        foreach (string expression in (string[])[Gpt2Pattern.Expression, Llama3Pattern.ThreeDigits, Llama3Pattern.OneDigit, BloomPattern.Nested,
            BloomPattern.Flat])
        {
            Assert.Equal(All(new RegexPattern(expression), text), All(KnownPatterns.Find(expression)!, text));
        }
    });

    // The reference uses another library for this one, where \w has joiners and not the numbers of Latin-1.
    [Property(MaxTest = 200)]
    public Property The_word_scanner_agrees_with_its_expression()
    {
        const string Word = @"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}";
        return Prop.ForAll(Texts.Arbitrary(), text => Assert.Equal(All(new RegexPattern($@"[{Word}]+|[^{Word}\s]+"), text), All(new WordPattern(), text)));
    }

    // An empty group at the end makes an expression run on the machine that does not need it.
    [Property(MaxTest = 300)]
    public Property Short_cuts_agree_with_the_machine() => Prop.ForAll(Texts.Arbitrary(), text =>
    {
        foreach (string expression in (string[])[@"\p{L}", @"\p{L}+", @"\s?\p{L}+", @"\s?\s+", @" ?[^\s\p{L}]+", @"a?\w+"])
            Assert.Equal(All(new RegexPattern(expression + "(?:)"), text), All(new RegexPattern(expression), text));
    });

    [Fact]
    public void A_megabyte_of_spaces_takes_no_time_where_a_space_may_lead_a_word()
    {
        string text = new(' ', 1 << 20);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(new RegexPattern(@"\s?\p{L}+").Find(text, 0, out _, out _));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"{clock.Elapsed}");
    }

    private static List<(int, int)> All(SplitPattern pattern, string text)
    {
        var found = new List<(int, int)>();
        for (int last = -1; text.Length > 0 && pattern.FindNext(text, last, out int begin, out last);) found.Add((begin, last));
        return found;
    }
}
