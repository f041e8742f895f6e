using System.Text;
using Bloomery.Formats.Tokenizers.Decoders;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Formats.Tokenizers.PreTokenizers;

namespace Bloomery.Tests.Tokenizers;

public sealed class DecoderTests
{
    [Theory]
    [InlineData("Hello</w>|th|ere</w>", "Hello there")]
    [InlineData("a</w>|", "a ")]
    [InlineData("a</w>b</w>|c</w>", "a b c")]
    public void Bpe(string tokens, string expected) => Assert.Equal(expected, Decode(new BpeDecoder(), tokens));

    [Theory]
    [InlineData("<pad>|<pad>|h|e|e|l|l|<pad>|l|o|o|o|<pad>", "hello")]
    [InlineData("h|i|¦|¦|m|o|o|m", "hi mom")]
    public void Ctc(string tokens, string expected) => Assert.Equal(expected, Decode(new CtcDecoder(delimiter: "¦"), tokens));

    [Fact]
    public void WordPiece() =>
        Assert.Equal("##hello worlds. don't I've it's", Decode(new WordPieceDecoder(), "##hello|world|##s|.|do not|I|'ve|it|'s"));

    [Theory]
    [InlineData('H', 1, 0, "Hey| friend!|HHH", "ey friend!HH")]
    [InlineData('y', 0, 1, "Hey| friend!|yyy", "He friend!yy")]
    [InlineData('x', 2, 2, "xxxaxbxxx|x|", "xaxbx")]
    [InlineData('x', 5, 5, "x|xx|y", "y")]
    public void Strip(char content, int start, int stop, string tokens, string expected) =>
        Assert.Equal(expected, Decode(new StripDecoder(content, start, stop), tokens));

    [Fact]
    public void Strip_after_fuse_works_on_the_whole() =>
        Assert.Equal("a b ", Decode(new SequenceDecoder([new FuseDecoder(), new StripDecoder(' ', 1, 1)]), " a| b | "));

    [Theory]
    [InlineData("<0x61>", "a")]
    [InlineData("My|<0x20>|na|me", "My name")]
    [InlineData("<0xE5>|<0x8f>|<0xab>", "叫")]
    [InlineData("<0xE5>|<0x8f>", "\uFFFD\uFFFD")]
    [InlineData("<0x61>|<0xE5>|x", "\uFFFD\uFFFDx")]
    [InlineData("<0xE5>|<0x8f>|a", "\uFFFD\uFFFDa")]
    [InlineData("<0x6g>|<0x611>", "<0x6g><0x611>")]
    public void ByteFallback(string tokens, string expected) => Assert.Equal(expected, Decode(new ByteFallbackDecoder(), tokens));

    [Theory]
    [InlineData("ĠHello|Ġthere", " Hello there")]
    [InlineData("Ã|©", "é")]
    [InlineData("Ã", "\uFFFD")]
    [InlineData("Ãa", "\uFFFDa")]
    [InlineData("ï¿|½ï¿", "\uFFFD\uFFFD")]
    [InlineData("日本|Ġx", "日本 x")]
    public void ByteLevel(string tokens, string expected) => Assert.Equal(expected, Decode(new ByteLevelDecoder(), tokens));

    [Theory]
    [InlineData(PrependScheme.Always, "Hey friend!")]
    [InlineData(PrependScheme.First, "Hey friend!")]
    [InlineData(PrependScheme.Never, " Hey friend!")]
    public void Metaspace(object scheme, string expected) =>
    Assert.Equal(expected, Decode(new MetaspaceDecoder(scheme: (PrependScheme)scheme), "▁Hey|▁friend!"));

    [Fact]
    public void Replace()
    {
        Assert.Equal("a b c", Decode(new ReplaceDecoder(new TextPattern("▁"), " "), "a▁b|▁c"));
        Assert.Equal("a--b", Decode(new ReplaceDecoder(new TextPattern("::"), "--"), "a::b"));
    }

    private static string Decode(TokenDecoder decoder, string tokens)
    {
        var sink = new Sink();
        DecodeStage stage = decoder.Start(sink);
        foreach (string token in tokens.Split('|'))
        {
            stage.Text(token);
            stage.EndToken();
        }
        stage.Finish();
        return sink.Gathered.ToString();
    }

    private sealed class Sink : DecodeStage
    {
        public StringBuilder Gathered { get; } = new();

        public override void Text(ReadOnlySpan<char> text) => Gathered.Append(text);

        public override void EndToken()
        {
        }

        public override void Finish()
        {
        }
    }
}
