using System.Text;
using Bloomery.Formats.Tokenizers.Normalizers;

namespace Bloomery.Tests.Tokenizers.SentencePiece;

public class PrecompiledMapTests
{
    private static readonly PrecompiledMap Map = PrecompiledMap.Parse(PrecompiledMaps.One(), "map", "test");

    [Theory]
    [InlineData("x", 1, "yz", 1, "yz")]
    [InlineData("xx", 1, "yz", 2, "")]
    [InlineData("xxx", 1, "yz", 2, "")]
    [InlineData("xa", 1, "yz", 1, "yz")]
    [InlineData("a", 0, "", 0, "")]
    [InlineData("", 0, "", 0, "")]
    public void FindsTheShortestAndTheLongestKey(string text, int shortest, string forShortest, int longest, string forLongest)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.Equal(shortest > 0, Map.TryShortest(utf8, out int length, out ReadOnlySpan<byte> replacement));
        Assert.Equal((shortest, forShortest), (length, Encoding.UTF8.GetString(replacement)));
        Assert.Equal(longest > 0, Map.TryLongest(utf8, out length, out replacement));
        Assert.Equal((longest, forLongest), (length, Encoding.UTF8.GetString(replacement)));
    }
}
