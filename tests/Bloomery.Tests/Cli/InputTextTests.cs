using System.Text;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;

namespace Bloomery.Tests.Cli;

/// <summary>Bytes are the text that they say they are, or they are refused with the place of the first that is none.</summary>
public class InputTextTests
{
    private const string Text = "grüße, 世界 😀\nsecond line\n";

    public static TheoryData<Encoding> Marked =>
    [
        new UTF8Encoding(true), new UnicodeEncoding(bigEndian: false, true), new UnicodeEncoding(bigEndian: true, true),
        new UTF32Encoding(bigEndian: false, true), new UTF32Encoding(bigEndian: true, true),
    ];

    [Theory]
    [MemberData(nameof(Marked))]
    public void A_byte_order_mark_says_what_it_is(Encoding encoding)
    {
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)];
        Assert.Equal(Text, InputText.ToText(bytes, "book.txt"));
        Assert.Equal("", InputText.ToText(encoding.GetPreamble(), "book.txt"));
        Assert.Equal(Encoding.UTF8.GetBytes(Text), InputText.ToUtf8(bytes, "book.txt").ToArray());
        Assert.Equal(["grüße, 世界 😀", "second line", "(end)"], ReadAll(new MemoryStream(bytes)));
    }

    [Fact]
    public void Without_a_mark_it_is_utf_8()
    {
        Assert.Equal(Text, InputText.ToText(Encoding.UTF8.GetBytes(Text), "book.txt"));
        Assert.Equal("", InputText.ToText(ReadOnlyMemory<byte>.Empty, "book.txt"));
        Assert.Equal("a\0b", InputText.ToText("a\0b"u8.ToArray(), "book.txt"));
        Assert.Equal("\u001b[1m\tx\r\n\f", InputText.ToText("\u001b[1m\tx\r\n\f"u8.ToArray(), "book.txt"));
    }

    [Theory]
    [InlineData(new byte[] { 0x63, 0x61, 0x66, 0xE9, 0x0A }, "holds byte 0xE9 at offset 3 (line 1), which is no UTF-8")]            // Latin-1
    [InlineData(new byte[] { 0x61, 0x0A, 0x62, 0x0A, 0xFC, 0x62 }, "holds byte 0xFC at offset 4 (line 3), which is no UTF-8")]
    [InlineData(new byte[] { 0x61, 0xC3 }, "holds byte 0xC3 at offset 1 (line 1), which is no UTF-8")]                              // cut off
    [InlineData(new byte[] { 0xC0, 0x80 }, "holds byte 0xC0 at offset 0 (line 1), which is no UTF-8")]                              // overlong
    [InlineData(new byte[] { 0x61, 0xED, 0xA0, 0x80 }, "holds byte 0xED at offset 1 (line 1), which is no UTF-8")]                  // a surrogate
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0xFF }, "holds byte 0xFF at offset 4 (line 1), which is no UTF-8")]            // behind a mark
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00, 0x00, 0xD8 }, "the bytes at offset 4 are no UTF-16")]                          // half a pair
    [InlineData(new byte[] { 0xFE, 0xFF, 0x00, 0x61, 0xDC, 0x00 }, "the bytes at offset 4 are no UTF-16")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00, 0x62 }, "the bytes at offset 4 are no UTF-16")]                                // an odd length
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0x00, 0x00, 0x00, 0x11, 0x00 }, "the bytes at offset 4 are no UTF-32")]              // beyond Unicode
    [InlineData(new byte[] { 0x00, 0x00, 0xFE, 0xFF, 0x00, 0x00 }, "the bytes at offset 4 are no UTF-32")]
    public void What_is_no_text_is_refused_with_its_place(byte[] bytes, string said)
    {
        CliException refused = Assert.Throws<CliException>(() => InputText.ToText(bytes, "book.txt"));
        Assert.StartsWith("book.txt: " + said, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", "plain words")]
    [InlineData("utf-16BE", "plain words")]
    [InlineData("utf-16", "привет, мир")]
    [InlineData("utf-32", "plain words")]
    public void Utf_16_without_a_mark_is_no_utf_8_that_happens_to_be_valid(string encoding, string text)
    {
        byte[] bytes = Encoding.GetEncoding(encoding).GetBytes(text);
        Assert.Equal(bytes.Length, InputText.ValidLength(bytes));
        Assert.Contains("UTF-16", Assert.Throws<CliException>(() => InputText.ToText(bytes, "book.txt")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_given_out_as_they_end_and_refused_with_their_place()
    {
        var lines = new TextLines(new MemoryStream([.. "one\r\ntwo\n"u8, 0x33, 0xE9, 0x0A]), "standard input");
        Assert.Equal("one", lines.Read());
        Assert.Equal("two", lines.Read());
        string refused = Assert.Throws<CliException>(lines.Read).Message;
        Assert.StartsWith("standard input: holds byte 0xE9 at offset 10, which is no UTF-8", refused, StringComparison.Ordinal);
        Assert.Equal(["a", "", "b", "(end)"], ReadAll(new MemoryStream("a\n\nb"u8.ToArray())));
        Assert.Equal([new string('x', 10_000), "(end)"], ReadAll(new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 10_000) + "\n"))));
    }

    private static List<string> ReadAll(Stream input)
    {
        var lines = new TextLines(input, "standard input");
        var read = new List<string>();
        while (lines.Read() is { } line) read.Add(line);
        return [.. read, "(end)"];
    }
}
