using System.Text;
using Bloomery.Formats.Tokenizers.Patterns.Regexes;
using Bloomery.Formats.Tokenizers.Unicode;

namespace Bloomery.Tests.Tokenizers;

/// <summary>Case that does not matter in expressions: without tables where ASCII tells, within bounds where foldings double.</summary>
public sealed class CaseFoldingTests
{
    [Fact]
    public void ClassesOfAsciiAreThoseOfAllCharacters()
    {
        var members = new List<int>[128];
        for (int c = 0; c <= 0x1FFFF; c++)
        {
            int folded = CaseFolding.Fold(c);
            Assert.Equal(folded, CaseFolding.Fold(folded));
            if (folded < 128) (members[folded] ??= []).Add(c);
        }
        for (int c = 0; c < 128; c++)
            Assert.Equal(members[CaseFolding.Fold(c)].Order(), CaseFolding.SameAs(c).Append(c).Distinct().Order());
    }

    [Fact]
    public void WhatFoldsToSeveralCharactersIsFoundByThem()
    {
        Assert.NotEmpty(UnicodeProperties.Foldings);
        foreach ((int from, int[] to) in UnicodeProperties.Foldings)
        {
            string one = char.ConvertFromUtf32(from), several = string.Concat(to.Select(char.ConvertFromUtf32));
            Assert.True(Matches($"(?i:{several})", one), $"U+{from:X} by its folding");
            Assert.True(Matches($"(?i:{one})", several), $"the folding of U+{from:X} by itself");
            Assert.True(Matches($"(?i:[{one}])", several), $"the folding of U+{from:X} by a class");
        }
    }

    [Theory]
    [InlineData("s", 40)]
    [InlineData("s", 100_000)]
    [InlineData("fi-", 40)]
    [InlineData("[\\p{L}]", 2_000)]
    public void AlternativesThatDoubleAreRefused(string part, int times)
    {
        string expression = new StringBuilder("(?i:").Insert(4, part, times).Append(')').ToString();
        Assert.Equal("the expression is too large", Assert.Throws<FormatException>(() => new RegexPattern(expression)).Message);
    }

    [Fact]
    public void AFewAreNot() => Assert.True(Matches("(?i:ssssssss)", "\u00DFsS\u1E9E\u017Fs"));

    private static bool Matches(string expression, string text) =>
        new RegexPattern(expression).Find(text, 0, out int begin, out int end) && (begin, end) == (0, text.Length);
}
