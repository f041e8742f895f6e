using Bloomery.Cli.Options;

namespace Bloomery.Tests.Cli;

public class NumberTextTests
{
    /// <summary>What means another number elsewhere, or none: never to be taken for one.</summary>
    public static IReadOnlyList<string> NoNumbers { get; } =
    [
        "", " ", "-", ".", "0,2", "1,000", "1.234,5", "1'000", "1_000", "1 000", " 5", "5 ", "5\n", "\t5", "+5", "--5", "0x10", "0b1", "1k", "5m", "1e", "e3",
        "1e+", "1e+-3", "1.5.2", "NaN", "nan", "Infinity", "-inf", "∞", "\u0663", "\uFF15", "½", "(5)", "5-", "$5", "1e3.5", "five",
    ];

    [Theory]
    [InlineData("0", 0f)]
    [InlineData("-0", -0f)]
    [InlineData("007", 7f)]
    [InlineData("0.2", 0.2f)]
    [InlineData(".5", 0.5f)]
    [InlineData("5.", 5f)]
    [InlineData("-1.25", -1.25f)]
    [InlineData("1e-3", 0.001f)]
    [InlineData("1E+2", 100f)]
    [InlineData("1e999", float.PositiveInfinity)]
    public void Numbers_are_read_as_programs_write_them(string text, float expected)
    {
        Assert.True(NumberText.TryFloat(text, out float value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void Everything_else_is_no_number()
    {
        foreach (string text in NoNumbers)
        {
            Assert.False(NumberText.TryFloat(text, out _), $"'{text}' was taken for a number");
            Assert.False(NumberText.TryInt(text, out _), $"'{text}' was taken for a whole number");
            Assert.False(NumberText.TryUnsigned(text, out _), $"'{text}' was taken for a whole number");
        }
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("0012", 12)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    public void Whole_numbers_are_digits(string text, int expected)
    {
        Assert.True(NumberText.TryInt(text, out int value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("-2147483649")]
    [InlineData("99999999999999999999999999")]
    public void What_is_too_large_is_whole_and_yet_not_read(string text)
    {
        Assert.True(NumberText.IsWhole(text));
        Assert.False(NumberText.TryInt(text, out _));
    }

    [Fact]
    public void Unsigned_numbers_have_64_bits()
    {
        Assert.True(NumberText.TryUnsigned("18446744073709551615", out ulong value));
        Assert.Equal(ulong.MaxValue, value);
        Assert.False(NumberText.TryUnsigned("18446744073709551616", out _));
        Assert.False(NumberText.TryUnsigned("-1", out _));
    }
}
