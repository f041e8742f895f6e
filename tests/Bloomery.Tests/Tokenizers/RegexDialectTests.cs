using Bloomery.Formats.Tokenizers.Patterns.Regexes;

namespace Bloomery.Tests.Tokenizers;

/// <summary>What Oniguruma's dialect has beyond others; every expectation is what the reference library finds.</summary>
public sealed class RegexDialectTests
{
    [Theory]
    [InlineData("a{3,1}a", "aaa", "")]                                  // swapped bounds: possessive
    [InlineData("a{2}?b", "aabb", "aab,b")]                             // an optional fixed repetition, not a lazy one
    [InlineData("a{1,2}?", "aaa", "a,a,a")]
    [InlineData("a{1}+", "aaa", "aaa")]                                 // a repeated repetition, not a possessive one
    [InlineData("a {2,}", "a  a ", "a  ")]
    [InlineData("a{,}", "a{,}", "a{,}")]
    [InlineData("a{x}", "a{x}", "a{x}")]
    [InlineData("(?x)a +  b", "aab", "aab")]
    [InlineData("a(?#c)+", "aa", "aa")]
    [InlineData(@"a\R", "a\r\na\na\u2028a", "a\r\n,a\n,a\u2028")]
    [InlineData(@"\R\n", "\r\n", "")]                                   // takes both and gives none back
    [InlineData(@"\N+", "ab\nc", "ab,c")]
    [InlineData(@"\O+", "ab\nc", "ab\nc")]
    [InlineData(@"\X", "e\u0301\U0001F468\u200D\U0001F469x", "e\u0301,\U0001F468\u200D\U0001F469,x")]
    [InlineData(@"x\K\d", "x1 2x3", "1,3")]
    [InlineData(@"\Ga", "aab a", "a,a")]
    [InlineData(@"\h+", "09afAFg", "09afAF")]
    [InlineData(@"[\h]+\H", "a-", "a-")]
    [InlineData(@"[\b]", "a\bc", "\b")]
    [InlineData(@"\101\x42\u0043\x{44}\o{105}", "ABCDE", "ABCDE")]
    [InlineData(@"\x{41 42 43}", "ABC", "ABC")]
    [InlineData(@"[\x{41 42}]+", "ABC", "AB")]
    [InlineData(@"\xE3\x81\x82", "\u3042", "\u3042")]                  // bytes of UTF-8
    [InlineData(@"\cA\C-B", "\u0001\u0002", "\u0001\u0002")]
    [InlineData(@"\pL", "pLa", "pL")]                                   // no property without braces
    [InlineData("[0-9-a]+", "1-a", "1-a")]
    [InlineData("[a-z&&]", "a", "")]
    public void Escapes_and_repetitions(string expression, string text, string expected) => Assert.Equal(expected, Found(expression, text));

    [Theory]
    [InlineData(@"(.)\1", "aabccd", "aa,cc")]
    [InlineData(@"(?<q>['""]).*?\k<q>", "'a\"b' \"c\"", "'a\"b',\"c\"")]
    [InlineData(@"(a)(b)\k<-1>\k<1>", "abba", "abba")]
    [InlineData(@"(?:(a)|b)\1", "baaa", "aa")]                          // a group that took nothing matches nothing
    [InlineData(@"(?i)(a)\1", "aAb", "aA")]
    [InlineData(@"(?<n>a)|(?<n>b)\k<n>", "bba", "bb,a")]
    [InlineData(@"(?<d>\d\d)-\g<d>", "12-34", "12-34")]
    [InlineData(@"(?:(a)|b)*\1c", "abac aac", "abac,aac")]
    public void Groups(string expression, string text, string expected) => Assert.Equal(expected, Found(expression, text));

    [Theory]
    [InlineData(@"(?<=a+)b", "aab b", "b")]
    [InlineData(@"(?<=\s|^)x", "x yx x", "x,x")]
    [InlineData(@"(?<!a{1,3})b", "aab b", "b")]
    [InlineData(@"(?<=a.*)c", "abc bc", "c,c")]
    [InlineData(@"(?<=(?:ab|c)d*)e", "abdde ce xe", "e,e")]
    [InlineData(@"(?<=b$)", "ab\nb", ",")]
    public void Behind(string expression, string text, string expected) => Assert.Equal(expected, Found(expression, text));

    [Theory]
    [InlineData("(?i)ss", "ss SS \u00DF \u1E9E", "ss,SS,\u00DF,\u1E9E")]
    [InlineData("(?i)stra\u00DFe", "STRASSE", "STRASSE")]
    [InlineData("(?i)fi", "FI \uFB01", "FI,\uFB01")]
    [InlineData("(?i)\uFB01", "fi \uFB01", "fi,\uFB01")]
    [InlineData("(?i)[\u00DF]x", "SSx", "SSx")]
    [InlineData("(?i)\u03C3+", "\u03A3\u03C3\u03C2", "\u03A3\u03C3\u03C2")]
    [InlineData("(?i)[A-z&&[^aeiou]]+", "aAbB", "aAbB")]                // A is in, and a is the same as A
    [InlineData(@"(?i)\p{Lu}+", "aAB", "AB")]                           // a property keeps to its case,
    [InlineData(@"(?i)[\p{Lu}]+", "aAB", "aAB")]                        // a class does not
    [InlineData("(?i)\u212A", "kK\u212A", "k,K,\u212A")]
    public void Case(string expression, string text, string expected) => Assert.Equal(expected, Found(expression, text));

    [Theory]
    [InlineData("[[:punct:]]+", "a.$+b", ".$+")]                         // punctuation and symbols
    [InlineData(@"\p{Punct}+", "a.$+b", ".")]                           // punctuation only
    [InlineData("[[:graph:]]+", "a b\u00A0", "a,b")]
    [InlineData("[[:print:]]+", "a b\t", "a b")]
    [InlineData("[[:word:]]+", "a_1\u00B2\u0301", "a_1,\u0301")]
    [InlineData(@"\w+", "a_1\u00B2\u0301", "a_1\u00B2\u0301")]          // the six numbers of Latin-1, outside a class
    [InlineData(@"[\w]+", "a\u00B2\u200D", "a")]
    [InlineData(@"\p{Latin}+", "ab\u0431", "ab")]
    [InlineData(@"\p{Cyrl}+", "ab\u0431", "\u0431")]
    [InlineData(@"\p{In_Basic_Latin}+", "ab\u0431", "ab")]
    [InlineData(@"\p{Emoji}", "a1\u263A", "1,\u263A")]
    [InlineData(@"\p{Extended_Pictographic}", "1\u263A", "\u263A")]
    [InlineData(@"\p{uppercase letter}+\p{L_l}", "ABc", "ABc")]
    [InlineData(@"\p{ID_Start}\p{ID_Continue}*", "1a_2\u0301-", "a_2\u0301")]
    [InlineData(@"\p{Hiragana}|\p{Katakana}|\p{Thai}", "\u3042\u30A2\u0E01", "\u3042,\u30A2,\u0E01")]
    [InlineData(@"\bx\b", "\u00B2x x", "x")]
    public void Properties(string expression, string text, string expected) => Assert.Equal(expected, Found(expression, text));

    private static string Found(string expression, string text)
    {
        var found = new List<string>();
        for (int last = -1; new RegexPattern(expression).FindNext(text, last, out int begin, out last);) found.Add(text[begin..last]);
        return string.Join(',', found);
    }
}
